package fn

func uuids() []Function { return nil }
