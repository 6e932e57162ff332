// Package sqlstore is the SQL layer the stores of frontdesk share: it knows
// tables and statements, a [Dialect] says how a database writes them.
package sqlstore
