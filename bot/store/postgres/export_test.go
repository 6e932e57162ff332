package postgres

// Reserve is what a transaction does before it writes events.
const Reserve = reserve
