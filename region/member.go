package region

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/serf/serf"
)

// ErrTagsTooLong means that what a server says of itself does not fit gossip's 512 bytes.
var ErrTagsTooLong = errors.New("region: name, addresses and tags together exceed 512 bytes")

// maxMeta is how many bytes of tags gossip carries per server.
const maxMeta = 512

// State tells whether a server answers.
type State uint8

// The states of a server.
const (
	Alive  State = iota + 1
	Failed       // it stopped answering
	Left         // it said farewell
)

// String gives the state's name.
func (s State) String() string {
	switch s {
	case Alive:
		return "alive"
	case Failed:
		return "failed"
	case Left:
		return "left"
	}
	return "unknown"
}

// Member is one server as the others see it.
type Member struct {
	ID                  string // UUID; serf's node name
	Name                string
	Region, Zone        string
	Cluster, Bolt, HTTP string // advertised addresses, host:port
	Tags                []string
	Version             string
	Mode                string // mode constraint: NONE, PRIMARY or SECONDARY
	Formed              string // id of the cluster it belongs to, "" before it does
	State               State  // set by gossip
}

// The keys are short because all tags share maxMeta bytes.
const (
	keyName    = "n"
	keyRegion  = "r"
	keyZone    = "z"
	keyCluster = "c"
	keyBolt    = "b"
	keyHTTP    = "h"
	keyTags    = "t"
	keyVersion = "v"
	keyMode    = "m"
	keyFormed  = "f"
)

// encode gives the tags gossip carries; empty values are left out.
func (m Member) encode() (map[string]string, error) {
	tags := map[string]string{}
	size := 8
	for k, v := range map[string]string{
		keyName: m.Name, keyRegion: m.Region, keyZone: m.Zone, keyCluster: m.Cluster, keyBolt: m.Bolt, keyHTTP: m.HTTP,
		keyTags: strings.Join(m.Tags, ","), keyVersion: m.Version, keyMode: m.Mode, keyFormed: m.Formed,
	} {
		if v != "" {
			tags[k] = v
			size += 2 + 3 + len(v) // msgpack's heads of key and value
		}
	}
	if size > maxMeta {
		return nil, fmt.Errorf("%w: %d", ErrTagsTooLong, size)
	}
	return tags, nil
}

// decode reads a serf member.
func decode(s serf.Member) Member {
	t := s.Tags
	m := Member{
		ID: s.Name, Name: t[keyName], Region: t[keyRegion], Zone: t[keyZone], Cluster: t[keyCluster], Bolt: t[keyBolt],
		HTTP: t[keyHTTP], Version: t[keyVersion], Mode: t[keyMode], Formed: t[keyFormed],
	}
	if t[keyTags] != "" {
		m.Tags = strings.Split(t[keyTags], ",")
	}
	switch s.Status {
	case serf.StatusAlive:
		m.State = Alive
	case serf.StatusLeaving, serf.StatusLeft:
		m.State = Left
	default:
		m.State = Failed
	}
	return m
}
