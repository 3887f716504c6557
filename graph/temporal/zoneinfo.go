package temporal

import (
	"archive/zip"
	"bytes"
	_ "embed" // the database is part of the binary
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// The IANA time zone database (public domain), as the Go distribution packs it.
// It is part of the binary so that all servers of a cluster know the same
// zones, whatever their machines have installed.
//
//go:generate sh -c "cp $(go env GOROOT)/lib/time/zoneinfo.zip zoneinfo.zip"
//go:embed zoneinfo.zip
var zoneinfo []byte

var zones struct {
	sync.Mutex
	files  map[string]*zip.File
	loaded map[string]*time.Location
}

// merged are the zones whose past before 1970 the database itself gives as that
// of another (its file backward); the Go distribution packs older research in
// its place, Java and so Neo4j do not.
var merged = func() map[string]string {
	out := map[string]string{}
	for into, names := range map[string]string{
		"Africa/Abidjan":       "Africa/Accra Africa/Bamako Africa/Banjul Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Nouakchott Africa/Ouagadougou Atlantic/Reykjavik Atlantic/St_Helena",
		"Africa/Johannesburg":  "Africa/Maseru Africa/Mbabane",
		"Africa/Lagos":         "Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Libreville Africa/Luanda Africa/Malabo Africa/Niamey Africa/Porto-Novo",
		"Africa/Maputo":        "Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Kigali Africa/Lubumbashi Africa/Lusaka",
		"Africa/Nairobi":       "Africa/Addis_Ababa Africa/Asmara Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Indian/Antananarivo Indian/Comoro Indian/Mayotte",
		"America/Panama":       "America/Atikokan America/Cayman America/Coral_Harbour",
		"America/Phoenix":      "America/Creston",
		"America/Puerto_Rico":  "America/Anguilla America/Antigua America/Aruba America/Blanc-Sablon America/Curacao America/Dominica America/Grenada America/Guadeloupe America/Kralendijk America/Lower_Princes America/Marigot America/Montserrat America/Port_of_Spain America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola",
		"America/Toronto":      "America/Nassau",
		"Asia/Bangkok":         "Asia/Phnom_Penh Asia/Vientiane Indian/Christmas",
		"Asia/Dubai":           "Asia/Muscat Indian/Mahe Indian/Reunion",
		"Asia/Kuching":         "Asia/Brunei",
		"Asia/Qatar":           "Asia/Bahrain",
		"Asia/Riyadh":          "Antarctica/Syowa Asia/Aden Asia/Kuwait",
		"Asia/Singapore":       "Asia/Kuala_Lumpur",
		"Asia/Yangon":          "Indian/Cocos",
		"Europe/Berlin":        "Arctic/Longyearbyen Europe/Copenhagen Europe/Oslo Europe/Stockholm",
		"Europe/Brussels":      "Europe/Amsterdam Europe/Luxembourg",
		"Europe/Paris":         "Europe/Monaco",
		"Indian/Maldives":      "Indian/Kerguelen",
		"Pacific/Auckland":     "Antarctica/McMurdo",
		"Pacific/Guadalcanal":  "Pacific/Pohnpei",
		"Pacific/Guam":         "Pacific/Saipan",
		"Pacific/Pago_Pago":    "Pacific/Midway",
		"Pacific/Port_Moresby": "Antarctica/DumontDUrville Pacific/Chuuk",
		"Pacific/Tarawa":       "Pacific/Funafuti Pacific/Majuro Pacific/Wake Pacific/Wallis",
	} {
		for _, name := range strings.Fields(names) {
			out[name] = into
		}
	}
	return out
}()

// Load gives the zone of a name of the IANA database. What it gives is shared.
func Load(name string) (*time.Location, error) {
	zones.Lock()
	defer zones.Unlock()
	if loc := zones.loaded[name]; loc != nil {
		return loc, nil
	}
	if zones.files == nil {
		r, err := zip.NewReader(bytes.NewReader(zoneinfo), int64(len(zoneinfo)))
		if err != nil {
			return nil, err
		}
		zones.files, zones.loaded = map[string]*zip.File{}, map[string]*time.Location{}
		for _, f := range r.File {
			zones.files[f.Name] = f
		}
	}
	if zones.files[name] == nil && merged[name] == "" { // names differ from others in more than case
		for known := range zones.files {
			if strings.EqualFold(known, name) {
				name = known
			}
		}
		if loc := zones.loaded[name]; loc != nil {
			return loc, nil
		}
	}
	file := name
	if into := merged[name]; into != "" {
		file = into
	}
	f := zones.files[file]
	if f == nil || f.FileInfo().IsDir() {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	rc, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	data, err := io.ReadAll(rc)
	if err != nil {
		return nil, err
	}
	loc, err := time.LoadLocationFromTZData(name, data)
	if err == nil {
		zones.loaded[name] = loc
	}
	return loc, err
}
