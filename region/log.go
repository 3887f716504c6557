package region

import (
	"log"
	"log/slog"
	"strings"
)

// stdLogger leads what serf and memberlist log to l, a level lower than they
// claim: what they call an error is a peer that does not answer.
func stdLogger(l *slog.Logger) *log.Logger { return log.New(relay{l}, "", 0) }

type relay struct{ l *slog.Logger }

// Write implements io.Writer for one line.
func (r relay) Write(b []byte) (int, error) {
	text := strings.TrimSpace(string(b))
	level, rest, ok := strings.Cut(strings.TrimPrefix(text, "["), "] ")
	if !ok {
		level, rest = "", text
	}
	if level == "ERR" {
		r.l.Info("gossip", "text", rest)
	} else {
		r.l.Debug("gossip", "text", rest)
	}
	return len(b), nil
}
