package exec

type dropSink struct{ next sink }

func (dropSink) push(frame) error { return nil }
func (s dropSink) done() error    { return s.next.done() }

// eager keeps all rows until the last one has come, so that what follows does
// not change what is still being read.
func eager(r *run, next sink, enough *errEnough) sink {
	return &eagerSink{rows: rowBuffer{r: r}, next: next, enough: enough}
}

type eagerSink struct {
	rows   rowBuffer
	next   sink
	enough *errEnough
}

func (s *eagerSink) push(f frame) error { return s.rows.add(f) }

func (s *eagerSink) done() error {
	err := s.rows.each(s.next.push)
	s.rows.close()
	if err != nil && err != error(s.enough) {
		return err
	}
	return s.next.done()
}

// rowwise makes a stage of an action on each row.
func rowwise(act func(r *run, f frame) error) stage {
	return func(r *run, next sink, _ *errEnough) sink { return &rowSink{r: r, act: act, next: next} }
}

type rowSink struct {
	r    *run
	act  func(r *run, f frame) error
	next sink
}

func (s *rowSink) push(f frame) error {
	if err := s.act(s.r, f); err != nil {
		return err
	}
	if err := s.r.alive(); err != nil {
		return err
	}
	return s.next.push(f)
}

func (s *rowSink) done() error { return s.next.done() }

// flat makes a stage of a function that calls emit for each row it makes of one.
func flat(f func(r *run, f frame, emit func() error) error) stage {
	return func(r *run, next sink, _ *errEnough) sink { return &flatSink{r: r, f: f, next: next} }
}

type flatSink struct {
	r    *run
	f    func(r *run, f frame, emit func() error) error
	next sink
}

func (s *flatSink) push(f frame) error {
	return s.f(s.r, f, func() error { return s.next.push(f) })
}

func (s *flatSink) done() error { return s.next.done() }
