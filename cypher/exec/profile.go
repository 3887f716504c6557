package exec

// opProfile is what a profiled run counted at one step.
type opProfile struct {
	Rows  int64
	Calls int64
}

// produced counts the rows that o makes, when the run is profiled.
func (r *run) produced(o *op, next push) push {
	if r.profile == nil {
		return next
	}
	p := r.profile[o]
	if p == nil {
		p = &opProfile{}
		r.profile[o] = p
	}
	return func(f frame) error {
		p.Rows += r.weight
		return next(f)
	}
}

// counted counts how often o is asked, when the run is profiled.
func (r *run) counted(o *op, step push) push {
	if r.profile == nil {
		return step
	}
	p := r.profile[o]
	return func(f frame) error {
		p.Calls++
		return step(f)
	}
}
