// Answers what Kubernetes' own libraries do: one JSON request a line on stdin, one JSON answer a line on stdout.
//
// "objects" reads a manifest as Helm's resource builder does, without a server. "merge" makes the patch that a
// client-side apply of Helm sends, and what the patch makes of the live object.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/util/proto"
	"k8s.io/kubectl/pkg/util/openapi"
	"k8s.io/kubectl/pkg/validation"
)

type request struct {
	Kind     string          `json:"kind"`
	Manifest string          `json:"manifest,omitempty"`
	Lenient  bool            `json:"lenient,omitempty"`
	ThreeWay bool            `json:"threeWay,omitempty"`
	Original json.RawMessage `json:"original,omitempty"`
	Modified json.RawMessage `json:"modified,omitempty"`
	Current  json.RawMessage `json:"current,omitempty"`
}

type answer struct {
	Objects   []map[string]any `json:"objects,omitempty"`
	PatchType string           `json:"patchType,omitempty"`
	Patch     json.RawMessage  `json:"patch,omitempty"`
	Result    json.RawMessage  `json:"result,omitempty"`
	Error     string           `json:"error,omitempty"`
}

// nothing is an OpenAPI document without types: what a document says of itself is checked, its fields are not.
type nothing struct{}

func (nothing) LookupResource(schema.GroupVersionKind) proto.Schema  { return nil }
func (nothing) GetConsumes(schema.GroupVersionKind, string) []string { return nil }
func (nothing) OpenAPISchema() (openapi.Resources, error)            { return nothing{}, nil }

func objects(asked request) ([]map[string]any, error) {
	builder := resource.NewLocalBuilder().ContinueOnError().Flatten().Unstructured()
	if !asked.Lenient {
		builder = builder.Schema(validation.NewSchemaValidation(nothing{}))
	}
	infos, err := builder.Stream(strings.NewReader(asked.Manifest), "").Do().Infos()
	if err != nil {
		const advice = "; if you choose to ignore these errors, turn validation off with --validate=false"
		return nil, errors.New(strings.ReplaceAll(err.Error(), advice, ""))
	}
	found := []map[string]any{}
	for _, info := range infos {
		found = append(found, info.Object.(*unstructured.Unstructured).Object)
	}
	return found, nil
}

func merge(asked request) (answer, error) {
	var target unstructured.Unstructured
	if err := json.Unmarshal(asked.Modified, &target.Object); err != nil {
		return answer{}, err
	}
	versioned, err := runtime.ObjectConvertor(scheme.Scheme).ConvertToVersion(&target, target.GroupVersionKind().GroupVersion())
	if err != nil {
		versioned = &target
	}
	_, isUnstructured := versioned.(runtime.Unstructured)
	_, isDefinition := versioned.(*apiextv1beta1.CustomResourceDefinition)
	if isUnstructured || isDefinition {
		patch, err := jsonPatch(asked)
		if err != nil {
			return answer{}, err
		}
		result, err := jsonpatch.MergePatch(asked.Current, patch)
		return answer{PatchType: "merge", Patch: patch, Result: result}, err
	}
	meta, err := strategicpatch.NewPatchMetaFromStruct(versioned)
	if err != nil {
		return answer{}, err
	}
	patch, err := strategicpatch.CreateThreeWayMergePatch(asked.Original, asked.Modified, asked.Current, meta, true)
	if err != nil {
		return answer{}, err
	}
	result, err := strategicpatch.StrategicMergePatchUsingLookupPatchMeta(asked.Current, patch, meta)
	return answer{PatchType: "strategic", Patch: patch, Result: result}, err
}

func jsonPatch(asked request) ([]byte, error) {
	if !asked.ThreeWay {
		return jsonpatch.CreateMergePatch(asked.Original, asked.Modified)
	}
	unchanged := []mergepatch.PreconditionFunc{
		mergepatch.RequireKeyUnchanged("apiVersion"),
		mergepatch.RequireKeyUnchanged("kind"),
		mergepatch.RequireMetadataKeyUnchanged("name"),
	}
	patch, err := jsonmergepatch.CreateThreeWayJSONMergePatch(asked.Original, asked.Modified, asked.Current, unchanged...)
	if err != nil && mergepatch.IsPreconditionFailed(err) {
		err = fmt.Errorf("%w: at least one field was changed: apiVersion, kind or name", err)
	}
	return patch, err
}

func respond(line []byte) (given answer) {
	// A list with a null in it makes strategicpatch panic.
	defer func() {
		if cause := recover(); cause != nil {
			given = answer{Error: fmt.Sprintf("panic: %v", cause)}
		}
	}()
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: "request: " + err.Error()}
	}
	var err error
	switch asked.Kind {
	case "objects":
		given.Objects, err = objects(asked)
	case "merge":
		given, err = merge(asked)
	default:
		err = fmt.Errorf("request: unknown kind %q", asked.Kind)
	}
	if err != nil {
		given.Error = err.Error()
	}
	return given
}

func main() {
	for _, add := range []func(*runtime.Scheme) error{apiextv1.AddToScheme, apiextv1beta1.AddToScheme} {
		if err := add(scheme.Scheme); err != nil {
			panic(err)
		}
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		written, err := json.Marshal(respond(in.Bytes()))
		if err != nil {
			panic(err)
		}
		out.Write(append(written, '\n'))
		out.Flush()
	}
	if err := in.Err(); err != nil {
		panic(err)
	}
}
