// Answers what Go would: one JSON request a line on stdin, one JSON answer a line on stdout.
//
// Templates go through Helm's own engine, values through sigs.k8s.io/yaml, --set texts through Helm's strvals,
// constraints through Masterminds/semver.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/Masterminds/sprig/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
)

type request struct {
	Kind   string `json:"kind"`
	Text   []byte `json:"text"`
	Values []byte `json:"values"`
	How    string `json:"how"`
}

type answer struct {
	Output []byte `json:"output"`
	Error  string `json:"error"`
	// How many bytes were allocated on the way, whether they were freed again or not.
	Allocated uint64 `json:"allocated"`
}

// partials are the named templates that generated templates include.
const partials = `{{- define "upper" -}}{{ . | toString | upper }}{{- end -}}
{{- define "pair" -}}
{{ .a }}: {{ .b | quote }}
{{- end -}}
{{- define "fails" }}{{ .x.y.z }}{{ end -}}
{{- define "nested" }}<{{ include "upper" . }}>{{ end -}}`

func main() {
	// An overflow of the stack should not take a gigabyte first.
	debug.SetMaxStack(512 << 20)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var r request
			if err := json.Unmarshal(line, &r); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			before := allocated()
			a := reply(r)
			a.Allocated = allocated() - before
			data, _ := json.Marshal(a)
			out.Write(append(data, '\n'))
			// At once: the next input may overflow the stack, which ends the program.
			out.Flush()
		}
		if err != nil {
			out.Flush()
			return
		}
	}
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func reply(r request) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{Error: fmt.Sprint("panic: ", p)}
		}
	}()
	var output []byte
	var err error
	switch r.Kind {
	case "template":
		output, err = render(r.Text, r.Values)
	case "yaml":
		output, err = readAndWrite(r.Text)
	case "set":
		output, err = set(r.How, string(r.Text))
	case "semver":
		output, err = compare(r.How, string(r.Text))
	case "functions":
		output = functions()
	default:
		err = fmt.Errorf("unknown kind %q", r.Kind)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: output}
}

// functions lists what templates can call, but for printf, which has counts of its own: sprig's, text/template's and
// Helm's.
func functions() []byte {
	names := strings.Fields("and call html index slice js len not or print println urlquery eq ge gt le lt ne " +
		"toYaml mustToYaml toYamlPretty fromYaml fromYamlArray toJson mustToJson fromJson fromJsonArray " +
		"toToml mustToToml fromToml include tpl required lookup getHostByName fail")
	for name := range sprig.TxtFuncMap() {
		if name != "env" && name != "expandenv" {
			names = append(names, name)
		}
	}
	return []byte(strings.Join(names, "\n"))
}

func render(text, values []byte) ([]byte, error) {
	vals, err := common.ReadValues(values)
	if err != nil {
		return nil, err
	}
	c := &chart.Chart{
		Metadata: &chart.Metadata{Name: "fuzz", Version: "1.2.3", APIVersion: "v2", AppVersion: "4.5"},
		Templates: []*common.File{
			{Name: "templates/_p.tpl", Data: []byte(partials)},
			{Name: "templates/t.yaml", Data: text},
		},
		Files: []*common.File{{Name: "a.txt", Data: []byte("one\ntwo\n")}, {Name: "d/b.bin", Data: []byte{0, 255, 10}}},
	}
	caps := common.DefaultCapabilities.Copy()
	caps.HelmVersion.GoVersion = "go"
	top := common.Values{
		"Values":       vals,
		"Release":      map[string]any{"Name": "rel", "Namespace": "ns", "IsUpgrade": false, "IsInstall": true, "Revision": 1, "Service": "Helm"},
		"Capabilities": caps,
	}
	files, err := engine.Render(c, top)
	if err != nil {
		return nil, err
	}
	return []byte(files["fuzz/templates/t.yaml"]), nil
}

func readAndWrite(text []byte) ([]byte, error) {
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	j, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	y, err := yaml.Marshal(v)
	if err != nil {
		return append(j, "\nerror"...), nil
	}
	return bytes.Join([][]byte{j, y}, []byte("\n")), nil
}

func set(how, text string) ([]byte, error) {
	base := map[string]any{"list": []any{"x", map[string]any{"k": "v"}}, "map": map[string]any{"a": "b"}, "word": "w"}
	var err error
	switch how {
	case "set":
		err = strvals.ParseInto(text, base)
	case "string":
		err = strvals.ParseIntoString(text, base)
	case "json":
		err = strvals.ParseJSON(text, base)
	case "literal":
		err = strvals.ParseLiteralInto(text, base)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(base)
}

func compare(version, constraint string) ([]byte, error) {
	c, err := semver.NewConstraint(constraint)
	if err != nil {
		return nil, err
	}
	v, err := semver.NewVersion(version)
	if err != nil {
		return nil, err
	}
	ok, reasons := c.Validate(v)
	var texts []string
	for _, reason := range reasons {
		texts = append(texts, reason.Error())
	}
	return []byte(fmt.Sprintf("%t %t %s %s", ok, c.Check(v), v.String(), strings.Join(texts, "; "))), nil
}
