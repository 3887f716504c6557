package status

import (
	"strings"
	"testing"
)

func TestFilterSelects(t *testing.T) {
	all := []Notification{
		{GQLStatus: "03N90", Severity: "INFORMATION", Category: "PERFORMANCE"},
		{GQLStatus: "01N50", Severity: "WARNING", Category: "UNRECOGNIZED"},
		{GQLStatus: "00NA0", Severity: "INFORMATION", Category: "SCHEMA"},
		{GQLStatus: "01N00", Severity: "WARNING", Category: "DEPRECATION"},
	}
	for _, c := range []struct {
		hello, run NotificationFilter
		want       string
	}{
		{want: "01N50 01N00 00NA0 03N90"},
		{hello: NotificationFilter{MinimumSeverity: "OFF"}, want: ""},
		{hello: NotificationFilter{MinimumSeverity: "OFF"}, run: NotificationFilter{MinimumSeverity: "WARNING"}, want: "01N50 01N00"},
		{hello: NotificationFilter{Disabled: []string{"DEPRECATION", "PERFORMANCE"}}, want: "01N50 00NA0"},
		{hello: NotificationFilter{Disabled: []string{"DEPRECATION"}}, run: NotificationFilter{Disabled: []string{}}, want: "01N50 01N00 00NA0 03N90"},
	} {
		var got []string
		for _, n := range c.run.Or(c.hello).Select(all) {
			got = append(got, n.GQLStatus)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("HELLO %+v, RUN %+v: %q, want %q", c.hello, c.run, s, c.want)
		}
	}
}

func TestDescription(t *testing.T) {
	e := New(SyntaxError, "", "Type mismatch").At(Position{7, 1, 8}).With("42001", Because("22NB1", "Expected %s.", "a"))
	if got := e.Description(); got != "error: syntax error or access rule violation - invalid syntax" {
		t.Error(got)
	}
	if got := e.Cause.Description(); got != "error: data exception - type mismatch. Expected a." || e.Cause.Message != "22NB1: Expected a." {
		t.Error(got, e.Cause.Message)
	}
	if class, at := e.Cause.Diagnosis(); class != "CLIENT_ERROR" || at.Offset != 7 {
		t.Error(class, at)
	}
	if class, at := New(SyntaxError, "50N42", "x").At(Position{7, 1, 8}).Diagnosis(); class != "" || at != (Position{}) {
		t.Error(class, at)
	}
}
