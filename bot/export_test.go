package bot

// Silenced reports whether a person has asked the turn under way to be silent.
func (b *Bot) Silenced(k Key) bool {
	b.hushes.mu.Lock()
	defer b.hushes.mu.Unlock()
	return b.hushes.by[k].over()
}
