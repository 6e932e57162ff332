package engage

// Visits is how many are remembered.
func (e *Engine) Visits() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.visits)
}
