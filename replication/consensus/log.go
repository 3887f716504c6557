package consensus

import (
	"log/slog"
	"strings"

	"github.com/hashicorp/go-hclog"
)

// libraryLog leads what raft and its transport log to l. Elections are told as
// information; everything else, such as a member that does not answer, which
// raft repeats without end, only when details are asked for.
func libraryLog(l *slog.Logger, group string) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: relay{l.With("group", group)}, DisableTime: true})
}

type relay struct{ l *slog.Logger }

// elections are the beginnings of raft's messages that tell of leaders coming and going.
var elections = []string{"entering leader state", "heartbeat timeout reached", "election won", "failed to contact quorum"}

// Write implements io.Writer for one line.
func (r relay) Write(b []byte) (int, error) {
	_, text, _ := strings.Cut(strings.TrimSpace(string(b)), "]")
	text = strings.TrimSpace(text)
	for _, e := range elections {
		if strings.HasPrefix(text, e) {
			r.l.Info("raft", "text", text)
			return len(b), nil
		}
	}
	r.l.Debug("raft", "text", text)
	return len(b), nil
}
