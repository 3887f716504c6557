package node

import (
	"context"
	"strings"

	"graticule/cypher"
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// commander executes SHOW and administration commands of one transaction.
type commander struct{ t *tx }

func textOf(v graph.Value) string { return fn.ToText(v) }

// columnsOf makes a column list: a name after a plus is shown only on demand.
func columnsOf(text string) []cypher.ShowColumn {
	var out []cypher.ShowColumn
	for n := range strings.FieldsSeq(text) {
		name, onDemand := strings.CutPrefix(n, "+")
		out = append(out, cypher.ShowColumn{Name: name, Default: !onDemand})
	}
	return out
}

// Column lists in the order that Neo4j shows them in.
const (
	databaseColumns = "name type aliases access +databaseID +serverID address role writer requestedStatus currentStatus statusMessage default home +currentPrimariesCount +currentSecondariesCount " +
		"+requestedPrimariesCount +requestedSecondariesCount +creationTime +lastStartTime +lastStopTime +store +lastCommittedTxn +replicationLag constituents +defaultLanguage +options"
	serverColumns      = "+serverId name address +httpAddress +httpsAddress state health hosting +requestedHosting +tags +allowedDatabases +deniedDatabases +modeConstraint +version +region +zone"
	userColumns        = "user roles passwordChangeRequired suspended home"
	roleColumns        = "role +immutable"
	privilegeColumns   = "access action resource graph segment role immutable"
	supportedColumns   = "action qualifier target scope description"
	aliasColumns       = "name composite database location url user +driver +defaultLanguage +properties"
	settingColumns     = "name value isDynamic defaultValue description +startupValue +isExplicitlySet +validValues +isDeprecated"
	transactionColumns = "database transactionId currentQueryId +outerTransactionId connectionId clientAddress username +metaData currentQuery +parameters +planner +runtime +indexes startTime +currentQueryStartTime " +
		"+protocol +requestUri status +currentQueryStatus +statusDetails +resourceInformation +activeLockCount +currentQueryActiveLockCount elapsedTime +cpuTime +waitTime +idleTime +currentQueryElapsedTime " +
		"+currentQueryCpuTime +currentQueryWaitTime +currentQueryIdleTime +currentQueryAllocatedBytes +allocatedDirectBytes +estimatedUsedHeapMemory +pageHits +pageFaults +currentQueryPageHits +currentQueryPageFaults +initializationStackTrace"
	terminateColumns = "transactionId username message"
)

// Columns gives the columns of a SHOW command.
func (c *commander) Columns(cmd ast.Command) []cypher.ShowColumn {
	s, ok := cmd.(*ast.Show)
	if !ok {
		return columnsOf(terminateColumns)
	}
	switch s.Kind {
	case "DATABASES":
		return columnsOf(databaseColumns)
	case "DEFAULT DATABASE", "HOME DATABASE":
		return columnsOf(strings.Replace(databaseColumns, " default home", "", 1))
	case "SERVERS":
		return columnsOf(serverColumns)
	case "USERS", "CURRENT USER":
		if s.With == "AUTH" {
			return columnsOf(userColumns + " provider auth")
		}
		return columnsOf(userColumns)
	case "ROLES":
		if s.With == "USERS" {
			return columnsOf(roleColumns + " member")
		}
		return columnsOf(roleColumns)
	case "PRIVILEGES":
		switch {
		case s.As != "":
			return columnsOf("command +immutable")
		case s.Of == "USER":
			return columnsOf(privilegeColumns + " user")
		}
		return columnsOf(privilegeColumns)
	case "SUPPORTED PRIVILEGES":
		return columnsOf(supportedColumns)
	case "SETTINGS":
		return columnsOf(settingColumns)
	case "TRANSACTIONS":
		return columnsOf(transactionColumns)
	case "ALIASES":
		return columnsOf(aliasColumns)
	}
	return nil
}

// Show gives the rows of a SHOW or TERMINATE command, all columns.
func (c *commander) Show(ctx context.Context, cmd ast.Command, params *graph.Map) ([]cypher.ShowColumn, [][]graph.Value, error) {
	columns := c.Columns(cmd)
	switch cmd := cmd.(type) {
	case *ast.Terminate:
		return columns, c.terminate(names(cmd.Names, params)), nil
	case *ast.Show:
		var rows [][]graph.Value
		var err error
		switch cmd.Kind {
		case "DATABASES", "DEFAULT DATABASE", "HOME DATABASE":
			rows = c.databases(ctx, cmd, params)
		case "SERVERS":
			rows = c.servers(ctx)
		case "USERS", "CURRENT USER":
			rows = c.users(cmd.Kind == "CURRENT USER", cmd.With == "AUTH")
		case "ROLES":
			rows = c.roles(cmd)
		case "PRIVILEGES":
			rows, err = c.privileges(cmd, params)
		case "SUPPORTED PRIVILEGES":
			rows = supportedPrivileges()
		case "SETTINGS":
			rows = c.settings(names(cmd.Names, params))
		case "TRANSACTIONS":
			rows = c.transactions(names(cmd.Names, params))
		case "ALIASES":
			rows, err = c.aliases(cmd, params)
		default:
			err = status.New(status.UnsupportedOperation, "51N26", "SHOW %s is not available.", cmd.Kind)
		}
		return columns, rows, err
	}
	return nil, nil, status.New(status.UnsupportedOperation, "51N26", "This command is not available.")
}

// name gives a name of a command that may be a parameter.
func name(t ast.Text, params *graph.Map) string {
	if t.Parameter != "" {
		v, _ := params.Get(t.Parameter)
		if v.Kind() == graph.KindString {
			return v.AsString()
		}
	}
	return t.Value
}

// names evaluates the literals, lists and parameters that name things.
func names(es []ast.Expr, params *graph.Map) []string {
	var out []string
	for _, e := range es {
		v := literal(e, params)
		if v.Kind() == graph.KindString {
			out = append(out, v.AsString())
		}
		for _, x := range v.AsListOrNil() {
			if x.Kind() == graph.KindString {
				out = append(out, x.AsString())
			}
		}
	}
	return out
}

// literal evaluates a literal, a list of such, or a parameter; null for anything else.
func literal(e ast.Expr, params *graph.Map) graph.Value {
	switch e := e.(type) {
	case *ast.Literal:
		return e.Value
	case *ast.Parameter:
		v, _ := params.Get(e.Name)
		return v
	case *ast.Map:
		m := graph.NewMap(len(e.Keys))
		for i, k := range e.Keys {
			m.Put(k.Value, literal(e.Values[i], params))
		}
		return graph.MapOf(m)
	case *ast.List:
		var vs []graph.Value
		for _, x := range e.Items {
			vs = append(vs, literal(x, params))
		}
		return graph.List(vs)
	}
	return graph.Null
}
