package bolt

import (
	"context"
	"time"

	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/status"
)

// handle runs one message.
func (c *conn) handle(parent context.Context, msg []byte) {
	d := &c.decoder
	*d = packstream.Decoder{B: msg, UTC: c.options.UTC, Room: c.server.cfg.Room}
	tag, fields := d.StructHeader()
	if d.Err != nil {
		c.failure(unreadable(d.Err))
		c.state = stateDefunct
		return
	}
	switch tag {
	case msgGoodbye:
		c.state = stateDefunct
		return
	case msgReset:
		c.reset(parent)
		return
	}
	if c.state == stateFailed || c.resets.Load() > 0 {
		c.ignored()
		return
	}
	ctx := c.ctx
	if why := c.refused.Load(); tag == msgRefused && why != nil {
		c.failure(*why)
		return
	}
	if !c.allowed(tag) {
		c.failure(c.misplaced(tag))
		c.state = stateDefunct
		return
	}
	err := sized(tag, fields)
	if err != nil {
		tag = 0
	}
	switch tag {
	case msgHello:
		err = c.hello(ctx, d)
	case msgLogon:
		if m := d.Map(); d.Err == nil {
			err = c.logon(ctx, c.auth(m))
		}
	case msgLogoff:
		if err = c.session.Logoff(ctx); err == nil {
			c.state = stateAuthentication
			c.success(c.reply())
		}
	case msgTelemetry:
		if api := d.Int(); d.Err == nil {
			c.session.Telemetry(api)
			c.success(c.reply())
		}
	case msgRoute:
		err = c.route(ctx, d)
	case msgBegin:
		if m := d.Map(); d.Err == nil {
			err = c.begin(ctx, m)
		}
	case msgCommit:
		err = c.commit(ctx)
	case msgRollback:
		tx := c.tx
		c.tx = nil
		c.closeResults()
		if err = tx.Rollback(ctx); err == nil {
			c.state = stateReady
			c.success(c.reply())
		}
	case msgRun:
		err = c.runQuery(ctx, d)
	case msgPull, msgDiscard:
		if m := d.Map(); d.Err == nil {
			err = c.pull(ctx, m, tag == msgDiscard)
		}
	}
	if err == nil && d.Err != nil {
		if err = d.Err; status.As(err) == nil { // no error of memory
			err = unreadable(d.Err)
		}
	}
	if err != nil {
		if c.resets.Load() > 0 {
			c.closeResults()
			c.ignored()
			return
		}
		before := c.state
		c.failure(err)
		if before <= stateAuthentication {
			c.state = stateDefunct
		}
	}
}

// allowed tells whether a message may come in this state.
func (c *conn) allowed(tag byte) bool {
	switch c.state {
	case stateConnected:
		return tag == msgHello
	case stateAuthentication:
		return tag == msgLogon
	case stateReady:
		return tag == msgRun || tag == msgBegin || tag == msgRoute || tag == msgTelemetry || (tag == msgLogoff && c.atLeast(5, 1))
	case stateStreaming:
		return tag == msgPull || tag == msgDiscard
	case stateTxReady:
		return tag == msgRun || tag == msgCommit || tag == msgRollback
	case stateTxStreaming:
		return tag == msgRun || tag == msgPull || tag == msgDiscard || tag == msgCommit || tag == msgRollback
	}
	return false
}

func (c *conn) reset(parent context.Context) {
	c.resets.Add(-1)
	c.closeResults()
	if c.tx != nil {
		_ = c.tx.Rollback(context.Background())
		c.tx = nil
	}
	c.renew(parent)
	if c.state > stateAuthentication {
		c.state = stateReady
		c.success(c.reply())
		return
	}
	c.failure(c.misplaced(msgReset))
	c.state = stateDefunct
}

func textOf(m *graph.Map, key string) string {
	if v, ok := m.Get(key); ok && v.Kind() == graph.KindString {
		return v.AsString()
	}
	return ""
}

func textsOf(m *graph.Map, key string) []string {
	v, ok := m.Get(key)
	if !ok || v.Kind() != graph.KindList {
		return nil
	}
	var out []string
	for _, e := range v.AsList() {
		if e.Kind() == graph.KindString {
			out = append(out, e.AsString())
		}
	}
	return out
}

func textMap(m *graph.Map) map[string]string {
	out := map[string]string{}
	for i := range m.Len() {
		k, v := m.At(i)
		if v.Kind() == graph.KindString {
			out[k] = v.AsString()
		}
	}
	return out
}

func (c *conn) hello(ctx context.Context, d *packstream.Decoder) error {
	m := d.Map()
	d.In("extra")
	if d.Err != nil {
		return nil // handle reports it
	}
	if c.info.UserAgent = textOf(m, "user_agent"); c.info.UserAgent == "" {
		return invalid("Illegal value for field \"user_agent\": Expected value to be non-null")
	}
	if v, ok := m.Get("bolt_agent"); ok && v.Kind() == graph.KindMap {
		c.info.BoltAgent = v.AsMap()
	}
	if v, ok := m.Get("routing"); ok && v.Kind() == graph.KindMap {
		c.info.RoutingContext = textMap(v.AsMap())
	}
	c.wanted = notificationFilter(m)
	reply := graph.NewMap(4)
	if !c.atLeast(5, 0) {
		for _, p := range textsOf(m, "patch_bolt") {
			if p == "utc" {
				c.options.UTC = true
				reply.Put("patch_bolt", graph.Strings([]string{"utc"}))
			}
		}
	}
	s, err := c.server.cfg.Backend.Connect(ctx, c.info)
	if err != nil {
		return err
	}
	c.session = s
	reply.Put("server", graph.String(c.server.cfg.Agent))
	reply.Put("connection_id", graph.String(c.info.ID))
	hints := graph.NewMap(2)
	if c.atLeast(5, 4) {
		hints.Put("telemetry.enabled", graph.False)
	}
	hints.Put("connection.recv_timeout_seconds", graph.Int(int64(receiveTimeout/time.Second)))
	reply.Put("hints", graph.MapOf(hints))
	if !c.atLeast(5, 1) {
		if err := c.session.Logon(ctx, c.auth(m)); err != nil {
			return err
		}
		c.loggedIn()
	} else {
		c.state = stateAuthentication
	}
	c.success(reply)
	return nil
}

func (c *conn) auth(m *graph.Map) Auth {
	a := Auth{Scheme: textOf(m, "scheme"), Principal: textOf(m, "principal"), Credentials: textOf(m, "credentials"), Realm: textOf(m, "realm")}
	if v, ok := m.Get("parameters"); ok && v.Kind() == graph.KindMap {
		a.Parameters = v.AsMap()
	}
	return a
}

func (c *conn) logon(ctx context.Context, a Auth) error {
	if err := c.session.Logon(ctx, a); err != nil {
		return err
	}
	c.loggedIn()
	c.success(c.reply())
	return nil
}

func (c *conn) loggedIn() {
	if c.login != nil {
		c.login()
		c.login = nil
	}
	_ = c.net.SetReadDeadline(time.Time{})
	c.messageMax.Store(int64(c.server.cfg.MessageMax))
	c.state = stateReady
}

func (c *conn) route(ctx context.Context, d *packstream.Decoder) error {
	req := RouteRequest{Context: textMap(d.Map())}
	var err error
	if req.Bookmarks, err = bookmarks(graph.List(d.List())); err != nil && d.Err == nil {
		return err
	}
	switch v := d.Value(); v.Kind() {
	case graph.KindString:
		req.Database = v.AsString()
	case graph.KindMap:
		req.Database, req.ImpersonatedUser = textOf(v.AsMap(), "db"), textOf(v.AsMap(), "imp_user")
	}
	if d.Err != nil {
		return nil
	}
	t, err := c.session.Route(ctx, req)
	if err != nil {
		return err
	}
	var servers []graph.Value
	for _, g := range []struct {
		role  string
		addrs []string
	}{{"WRITE", t.Write}, {"READ", t.Read}, {"ROUTE", t.Route}} {
		m := graph.NewMap(2)
		m.Put("addresses", graph.Strings(g.addrs))
		m.Put("role", graph.String(g.role))
		servers = append(servers, graph.MapOf(m))
	}
	rt := graph.NewMap(3)
	rt.Put("ttl", graph.Int(int64(t.TTL/time.Second)))
	rt.Put("db", graph.String(t.Database))
	rt.Put("servers", graph.List(servers))
	reply := graph.NewMap(1)
	reply.Put("rt", graph.MapOf(rt))
	c.success(reply)
	return nil
}

func (c *conn) txConfig(m *graph.Map) (TxConfig, error) {
	cfg := TxConfig{Database: textOf(m, "db"), ImpersonatedUser: textOf(m, "imp_user")}
	switch mode, ok := m.Get("mode"); {
	case !ok || mode.IsNull() || textOf(m, "mode") == "w":
	case textOf(m, "mode") == "r":
		cfg.Read = true
	default:
		return cfg, invalid("Illegal value for field \"metadata\": Illegal value for field \"mode\": Expecting access mode value to be 'r' or 'w'")
	}
	if v, ok := m.Get("bookmarks"); ok {
		var err error
		if cfg.Bookmarks, err = bookmarks(v); err != nil {
			return cfg, err
		}
	}
	if v, ok := m.Get("tx_timeout"); ok && v.Kind() == graph.KindInt {
		cfg.Timeout, cfg.HasTimeout = time.Duration(v.AsInt())*time.Millisecond, true
	}
	if v, ok := m.Get("tx_metadata"); ok && v.Kind() == graph.KindMap {
		cfg.Metadata = v.AsMap()
	}
	return cfg, nil
}

// notificationFilter reads what a HELLO, BEGIN or RUN says of notifications.
func notificationFilter(m *graph.Map) status.NotificationFilter {
	f := status.NotificationFilter{MinimumSeverity: textOf(m, "notifications_minimum_severity")}
	for _, key := range []string{"notifications_disabled_categories", "notifications_disabled_classifications"} { // the latter from Bolt 5.6 on
		if _, given := m.Get(key); given {
			f.Disabled = append([]string{}, append(f.Disabled, textsOf(m, key)...)...)
		}
	}
	return f
}

func (c *conn) begin(ctx context.Context, m *graph.Map) error {
	cfg, err := c.txConfig(m)
	if err != nil {
		return err
	}
	tx, err := c.session.Begin(ctx, cfg)
	if err != nil {
		return err
	}
	c.tx, c.state, c.nextQID = tx, stateTxReady, 0
	c.txWanted = notificationFilter(m).Or(c.wanted)
	reply := graph.NewMap(1)
	if c.atLeast(5, 8) {
		reply.Put("db", graph.String(tx.Database()))
	}
	c.success(reply)
	return nil
}

func (c *conn) commit(ctx context.Context) error {
	c.closeResults()
	tx := c.tx
	c.tx = nil
	bookmark, err := tx.Commit(ctx)
	if err != nil {
		return err
	}
	c.state = stateReady
	reply := graph.NewMap(1)
	if bookmark != "" {
		reply.Put("bookmark", graph.String(bookmark))
	}
	c.success(reply)
	return nil
}

func (c *conn) runQuery(ctx context.Context, d *packstream.Decoder) error {
	text := d.String()
	d.In("statement")
	params := d.Map()
	d.In("params")
	extra := d.Map()
	d.In("metadata")
	if d.Err != nil {
		return nil
	}
	s := &stream{started: time.Now(), wanted: c.txWanted}
	reply := c.reply()
	var err error
	if c.tx != nil {
		if s.result, err = c.tx.Run(ctx, text, params); err != nil {
			return err
		}
		c.lastQID = c.nextQID
		c.nextQID++
		c.results[c.lastQID] = s
		reply.Put("qid", graph.Int(c.lastQID))
		c.state = stateTxStreaming
	} else {
		cfg, err := c.txConfig(extra)
		if err != nil {
			return err
		}
		if s.result, err = c.session.Run(ctx, cfg, text, params); err != nil {
			return err
		}
		s.wanted = notificationFilter(extra).Or(c.wanted)
		c.auto = s
		c.state = stateStreaming
		if c.atLeast(5, 8) {
			reply.Put("db", graph.String(s.result.Database()))
		}
	}
	c.options.Database = s.result.DatabaseID()
	reply.Put("fields", graph.Strings(s.result.Columns()))
	reply.Put("t_first", graph.Int(time.Since(s.started).Milliseconds()))
	c.success(reply)
	return nil
}

func (c *conn) pull(ctx context.Context, m *graph.Map, discard bool) error {
	n, err := batchSize(m)
	if err != nil {
		return err
	}
	s := c.auto
	qid := c.lastQID
	if c.tx != nil {
		if v, ok := m.Get("qid"); ok && v.Kind() == graph.KindInt && v.AsInt() >= 0 {
			qid = v.AsInt()
		}
		s = c.results[qid]
	}
	if s == nil {
		return status.New(status.RequestInvalidFormat, "50N42", "No such statement: %d", qid)
	}
	more := false
	if discard && n < 0 {
		err = s.result.Close(ctx)
	} else {
		more, err = s.result.Fetch(ctx, n, func(row []graph.Value) error {
			s.rows = true
			if discard {
				return nil
			}
			c.body = packstream.AppendListHeader(packstream.AppendStruct(c.body[:0], msgRecord, 1), len(row))
			for _, v := range row {
				c.body = c.options.Append(c.body, v)
			}
			c.end()
			if len(c.out) > 64<<10 {
				return c.sendRows(s.result.Context())
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	if more {
		reply := c.reply()
		reply.Put("has_more", graph.True)
		c.success(reply)
		return nil
	}
	sum := s.result.Summary()
	_ = s.result.Close(ctx)
	if c.tx != nil {
		delete(c.results, qid)
		if len(c.results) == 0 {
			c.state = stateTxReady
		}
	} else {
		c.auto = nil
		c.state = stateReady
	}
	c.success(c.summary(s, sum))
	return nil
}
