package bottest

// NewModelOf is NewModel with the service that is recorded, "" to replay.
var NewModelOf = newModel
