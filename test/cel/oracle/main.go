// Command oracle answers what the CEL of kube-apiserver 1.36 makes of an expression: one JSON request a line in, one JSON answer a line out.
package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/version"
	plugin "k8s.io/apiserver/pkg/admission/plugin/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/mutation"
)

type request struct {
	ID         any             `json:"id"`
	Expression string          `json:"expression"`
	Mutation   bool            `json:"mutation"`
	Bindings   json.RawMessage `json:"bindings"`
	Variables  []struct {
		Name       string `json:"name"`
		Expression string `json:"expression"`
	} `json:"variables"`
}

type answer struct {
	ID    any    `json:"id"`
	Load  string `json:"load,omitempty"`  // why it was refused
	Type  string `json:"type,omitempty"`  // inferred type
	Error string `json:"error,omitempty"` // evaluation error
	Value any    `json:"value,omitempty"` // typed value
	Cost  uint64 `json:"cost"`
}

type accessor struct{ name, expression string }

func (a accessor) GetExpression() string    { return a.expression }
func (a accessor) GetName() string          { return a.name }
func (a accessor) ReturnTypes() []*cel.Type { return []*cel.Type{cel.AnyType} }

func encode(v ref.Val) any {
	switch t := v.(type) {
	case types.Null:
		return nil
	case types.Bool:
		return bool(t)
	case types.String:
		return string(t)
	case types.Int:
		return map[string]any{"int": strconv.FormatInt(int64(t), 10)}
	case types.Uint:
		return map[string]any{"uint": strconv.FormatUint(uint64(t), 10)}
	case types.Double:
		f := float64(t)
		s := strconv.FormatFloat(f, 'g', -1, 64)
		if math.IsInf(f, 1) {
			s = "Infinity"
		} else if math.IsInf(f, -1) {
			s = "-Infinity"
		}
		return map[string]any{"double": s}
	case types.Bytes:
		return map[string]any{"bytes": base64.StdEncoding.EncodeToString(t)}
	case types.Timestamp:
		return map[string]any{"timestamp": t.Time.UTC().Format(time.RFC3339Nano)}
	case types.Duration:
		return map[string]any{"duration": strconv.FormatInt(int64(t.Duration), 10)}
	case *types.Optional:
		if t.HasValue() {
			return map[string]any{"optional": []any{encode(t.GetValue())}}
		}
		return map[string]any{"optional": []any{}}
	case *types.Type:
		return map[string]any{"type": t.TypeName()}
	case *mutation.JSONPatchVal:
		out := map[string]any{"op": t.Op, "path": t.Path, "from": t.From}
		if t.Val != nil {
			out["value"] = encode(t.Val)
		}
		return map[string]any{"patch": out}
	case apiservercel.Quantity:
		return map[string]any{"quantity": t.Quantity.String()}
	case *apiservercel.Quantity:
		return map[string]any{"quantity": t.Quantity.String()}
	case apiservercel.IP:
		return map[string]any{"ip": t.Addr.String()}
	case apiservercel.CIDR:
		return map[string]any{"cidr": t.Prefix.String()}
	case apiservercel.Semver:
		return map[string]any{"semver": t.Version.String()}
	case apiservercel.URL:
		return map[string]any{"url": t.URL.String()}
	case *apiservercel.Format:
		return map[string]any{"format": t.Name}
	}
	if m, ok := v.(traits.Mapper); ok {
		var entries [][2]any
		for it := m.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			entries = append(entries, [2]any{encode(k), encode(m.Get(k))})
		}
		sort.Slice(entries, func(i, j int) bool {
			a, _ := json.Marshal(entries[i][0])
			b, _ := json.Marshal(entries[j][0])
			return string(a) < string(b)
		})
		if entries == nil {
			entries = [][2]any{}
		}
		return map[string]any{"map": entries}
	}
	if l, ok := v.(traits.Lister); ok {
		out := []any{}
		for it := l.Iterator(); it.HasNext() == types.True; {
			out = append(out, encode(it.Next()))
		}
		return out
	}
	if strings.HasPrefix(v.Type().TypeName(), "Object") {
		return map[string]any{"object": v.Type().TypeName(), "fields": native(v.Value())}
	}
	return map[string]any{"other": v.Type().TypeName()}
}

func native(v any) any {
	switch t := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range t {
			out[k] = native(e)
		}
		return out
	case []any:
		out := []any{}
		for _, e := range t {
			out = append(out, native(e))
		}
		return out
	case ref.Val:
		return encode(t)
	case []ref.Val:
		out := []any{}
		for _, e := range t {
			out = append(out, encode(e))
		}
		return out
	case nil, string, bool, int64, float64:
		return t
	}
	return fmt.Sprintf("%T", v)
}

func main() {
	set := environment.MustBaseEnvSet(version.MajorMinor(1, 36))
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		encoded, err := json.Marshal(decide(set, r))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		out.Write(encoded)
		out.WriteByte('\n')
	}
}

func decide(set *environment.EnvSet, r request) (a answer) {
	a.ID = r.ID
	defer func() {
		if p := recover(); p != nil {
			a.Error = fmt.Sprintf("panic: %v", p)
		}
	}()
	bindings := map[string]any{}
	if len(r.Bindings) > 0 {
		if err := utiljson.Unmarshal(r.Bindings, &bindings); err != nil {
			a.Error = "bindings: " + err.Error()
			return a
		}
	}
	for _, name := range []string{"object", "oldObject", "params", "request", "namespaceObject"} {
		if _, ok := bindings[name]; !ok {
			bindings[name] = nil
		}
	}
	compiler, err := plugin.NewCompositedCompiler(set)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	options := plugin.OptionalVariableDeclarations{HasParams: true, HasAuthorizer: false, HasPatchTypes: r.Mutation}
	for _, v := range r.Variables {
		if result := compiler.CompileAndStoreVariable(accessor{v.Name, v.Expression}, options, environment.NewExpressions); result.Error != nil {
			a.Load = result.Error.Error()
			return a
		}
	}
	result := compiler.CompileCELExpression(accessor{"", r.Expression}, options, environment.NewExpressions)
	if result.Error != nil {
		a.Load = result.Error.Error()
		return a
	}
	a.Type = result.OutputType.String()
	ctx := compiler.CreateContext(context.Background())
	bindings["variables"] = ctx.Variables(bindings)
	v, details, err := result.Program.ContextEval(ctx, bindings)
	if details != nil && details.ActualCost() != nil {
		a.Cost = *details.ActualCost() + uint64(ctx.GetAndResetCost())
	}
	if err != nil {
		a.Error = err.Error()
		return a
	}
	a.Value = map[string]any{"is": encode(v)}
	return a
}
