package fulltext

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/char/asciifolding"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/bg"
	"github.com/blevesearch/bleve/v2/analysis/lang/ca"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/ckb"
	"github.com/blevesearch/bleve/v2/analysis/lang/cs"
	"github.com/blevesearch/bleve/v2/analysis/lang/da"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/el"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/eu"
	"github.com/blevesearch/bleve/v2/analysis/lang/fa"
	"github.com/blevesearch/bleve/v2/analysis/lang/fi"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/ga"
	"github.com/blevesearch/bleve/v2/analysis/lang/gl"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/analysis/lang/hu"
	"github.com/blevesearch/bleve/v2/analysis/lang/hy"
	"github.com/blevesearch/bleve/v2/analysis/lang/id"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/nl"
	"github.com/blevesearch/bleve/v2/analysis/lang/no"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/lang/ro"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/bleve/v2/analysis/lang/sv"
	"github.com/blevesearch/bleve/v2/analysis/lang/tr"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/porter"
	"github.com/blevesearch/bleve/v2/analysis/token/stop"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/letter"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/single"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/web"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/registry"
)

// DefaultAnalyzer is the analyzer of an index that names none.
const DefaultAnalyzer = "standard-no-stop-words"

// Analyzer turns text into terms. It is safe for concurrent use.
type Analyzer struct {
	Name        string
	Description string
	Stopwords   []string
	chain       analysis.Analyzer
	lower, fold bool // what it does to single characters
}

// Term is one term of a text. Positions count from 1; terms left out leave gaps.
type Term struct {
	Text     string
	Position uint32
}

// Terms gives the terms of text in order.
func (a *Analyzer) Terms(text string) []Term {
	tokens := a.chain.Analyze([]byte(text))
	out := make([]Term, len(tokens))
	for i, t := range tokens {
		out[i] = Term{string(t.Term), uint32(t.Position)}
	}
	return out
}

// normal makes of a wildcard or a bound what Terms makes of single characters.
func (a *Analyzer) normal(s string) string {
	if a.fold {
		s = string(asciifolding.New().Filter([]byte(s)))
	}
	if a.lower {
		s = strings.ToLower(s)
	}
	return s
}

// recipe says what an analyzer is made of.
type recipe struct {
	name, description string
	tokenizer         string // "" when language is all
	filters           []string
	fold              bool
	stops             string // of a stop word list
	language          string // a whole analyzer
}

const (
	englishStops = "english_33"
	webText      = "Tokenizes into sequences of alpha-numeric, numeric, URL, email, southeast asian terms, and into terms of individual ideographic and hiragana characters. English stop words are filtered out."
)

// englishWords are the stop words of the analyzers that are not of a language.
var englishWords = strings.Fields("a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with")

func language(name, title, code string) recipe {
	return recipe{name: name, description: title + " analyzer with stemming and stop word filtering.", language: code, stops: "stop_" + code}
}

// stopsOnly is a language whose words are not stemmed.
func stopsOnly(name, title, code string) recipe {
	return recipe{name: name, description: title + " analyzer with stop word filtering.", tokenizer: unicode.Name, filters: []string{lowercase.Name, "stop_" + code}, stops: "stop_" + code}
}

var recipes = []recipe{
	language("arabic", "Arabic", ar.AnalyzerName), stopsOnly("armenian", "Armenian", hyCode), stopsOnly("basque", "Basque", euCode), language("brazilian", "Brazilian Portuguese", pt.AnalyzerName),
	stopsOnly("bulgarian", "Bulgarian", bgCode), stopsOnly("catalan", "Catalan", caCode),
	{name: "cjk", description: "CJK - Chinese/Japanese/Korean - analyzer. Terms are normalised and case-folded. Produces bi-grams.", language: cjk.AnalyzerName},
	{name: "classic", description: "Classic Lucene analyzer. Similar to 'standard', but with worse unicode support.", tokenizer: unicode.Name, filters: []string{lowercase.Name, englishStops}, stops: englishStops},
	stopsOnly("czech", "Czech", csCode), language("danish", "Danish", da.AnalyzerName), language("dutch", "Dutch", nl.AnalyzerName),
	{name: "email", description: webText, tokenizer: web.Name, filters: []string{lowercase.Name, englishStops}, stops: englishStops},
	{name: "english", description: "English analyzer with stemming and stop word filtering.", tokenizer: unicode.Name, filters: []string{en.PossessiveName, lowercase.Name, englishStops, porter.Name}, stops: englishStops},
	language("finnish", "Finnish", fi.AnalyzerName), language("french", "French", fr.AnalyzerName), stopsOnly("galician", "Galician", glCode), language("german", "German", de.AnalyzerName),
	stopsOnly("greek", "Greek", elCode), language("hindi", "Hindi", hi.AnalyzerName), language("hungarian", "Hungarian", hu.AnalyzerName), stopsOnly("indonesian", "Indonesian", idCode),
	stopsOnly("irish", "Irish", gaCode), language("italian", "Italian", it.AnalyzerName),
	{name: "keyword", description: "Keyword analyzer \"tokenizes\" the text as a single term. Useful for zip-codes, ids, etc. Situations where complete and exact matches are desired.", tokenizer: single.Name},
	language("norwegian", "Norwegian", no.AnalyzerName),
	{name: "persian", description: "Persian analyzer. Persian-specific variants, such as the farsi 'yeh' and 'keheh', are standardized. Simple stemming is accomplished via stop words.", language: fa.AnalyzerName, stops: "stop_fa"},
	language("portuguese", "Portuguese", pt.AnalyzerName), language("romanian", "Romanian", ro.AnalyzerName), language("russian", "Russian", ru.AnalyzerName),
	{name: "simple", description: "A simple analyzer that tokenizes at non-letter boundaries. No stemming or filtering. Works okay for most European languages, but is terrible for languages where words are not separated by spaces, such as many Asian languages.", tokenizer: letter.Name, filters: []string{lowercase.Name}},
	language("sorani", "Sorani Kurdish", ckb.AnalyzerName), language("spanish", "Spanish", es.AnalyzerName),
	{name: "standard", description: "The standard analyzer. Tokenizes on non-letter and filters out English stop words and punctuation. Does no stemming, but takes care to keep likely product names, URLs and email addresses as single terms.", tokenizer: unicode.Name, filters: []string{lowercase.Name, englishStops}, stops: englishStops},
	{name: "standard-folding", description: "Analyzer that uses ASCIIFoldingFilter to remove accents (diacritics). Otherwise behaves as standard english analyzer. Note! This Analyser may have unexpected behaviour, such as tokenizing, for all non ASCII numbers and symbols.", tokenizer: unicode.Name, filters: []string{lowercase.Name, englishStops}, stops: englishStops, fold: true},
	{name: DefaultAnalyzer, description: "The default analyzer. Similar to the 'standard' analyzer, but filters no stop words. Tokenizes on non-letter boundaries filters out punctuation. Does no stemming, but takes care to keep likely product names, URLs and email addresses as single terms.", tokenizer: unicode.Name, filters: []string{lowercase.Name}},
	{name: "stop", description: "Stop analyzer tokenizes at non-letter characters, and filters out English stop words. This differs from the 'classic' and 'standard' analyzers in that it makes no effort to recognize special terms, like likely product names, URLs or email addresses.", tokenizer: letter.Name, filters: []string{lowercase.Name, englishStops}, stops: englishStops},
	language("swedish", "Swedish", sv.AnalyzerName), language("turkish", "Turkish", tr.AnalyzerName),
	{name: "unicode_whitespace", description: "Breaks text into terms by characters that have the unicode WHITESPACE property.", tokenizer: whitespace.Name},
	{name: "url", description: webText, tokenizer: web.Name, filters: []string{lowercase.Name, englishStops}, stops: englishStops},
	{name: "url_or_email", description: webText, tokenizer: web.Name, filters: []string{lowercase.Name, englishStops}, stops: englishStops},
	{name: "whitespace", description: "Breaks text into terms by characters that are considered \"Java whitespace\".", tokenizer: whitespace.Name},
}

// The languages of which only the stop words are used.
var (
	bgCode, caCode, csCode = strings.TrimPrefix(bg.StopName, "stop_"), strings.TrimPrefix(ca.StopName, "stop_"), strings.TrimPrefix(cs.StopName, "stop_")
	elCode, euCode, gaCode = strings.TrimPrefix(el.StopName, "stop_"), strings.TrimPrefix(eu.StopName, "stop_"), strings.TrimPrefix(ga.StopName, "stop_")
	glCode, hyCode, idCode = strings.TrimPrefix(gl.StopName, "stop_"), strings.TrimPrefix(hy.StopName, "stop_"), strings.TrimPrefix(id.StopName, "stop_")
)

var analyzers = sync.OnceValues(func() (map[string]*Analyzer, error) {
	out := map[string]*Analyzer{}
	for _, r := range recipes {
		a, err := r.build(registry.NewCache())
		if err != nil {
			return nil, fmt.Errorf("make analyzer %s: %w", r.name, err)
		}
		out[r.name] = a
	}
	return out, nil
})

func (r recipe) build(cache *registry.Cache) (*Analyzer, error) {
	a := &Analyzer{Name: r.name, Description: r.description, fold: r.fold, lower: r.language != "" || slices.Contains(r.filters, lowercase.Name)}
	switch {
	case r.stops == englishStops:
		a.Stopwords = englishWords
	case r.stops != "":
		words, err := cache.TokenMapNamed(r.stops)
		if err != nil {
			return nil, err
		}
		for w := range words {
			a.Stopwords = append(a.Stopwords, w)
		}
		slices.Sort(a.Stopwords)
	}
	if r.language != "" {
		var err error
		a.chain, err = cache.AnalyzerNamed(r.language)
		return a, err
	}
	tokenizer, err := cache.TokenizerNamed(r.tokenizer)
	if err != nil {
		return nil, err
	}
	chain := &analysis.DefaultAnalyzer{Tokenizer: tokenizer}
	if r.fold {
		chain.CharFilters = []analysis.CharFilter{asciifolding.New()}
	}
	for _, name := range r.filters {
		if name == englishStops {
			words := analysis.NewTokenMap()
			for _, w := range englishWords {
				words.AddToken(w)
			}
			chain.TokenFilters = append(chain.TokenFilters, stop.NewStopTokensFilter(words))
			continue
		}
		f, err := cache.TokenFilterNamed(name)
		if err != nil {
			return nil, err
		}
		chain.TokenFilters = append(chain.TokenFilters, f)
	}
	a.chain = chain
	return a, nil
}

// AnalyzerNamed finds an analyzer.
func AnalyzerNamed(name string) (*Analyzer, bool) {
	all, err := analyzers()
	if err != nil {
		return nil, false
	}
	a, ok := all[name]
	return a, ok
}

// Analyzers lists the analyzers by name.
func Analyzers() ([]*Analyzer, error) {
	all, err := analyzers()
	if err != nil {
		return nil, err
	}
	var out []*Analyzer
	for _, a := range all {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *Analyzer) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
