// Says how others see a resource: kstatus (as Flux, kpt and `cli-utils` do), a Lua health check as Argo CD runs it, and
// CEL expressions as Flux does. It reads one JSON object from standard input, and writes one to standard output.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/cel-go/cel"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type asked struct {
	// The resources, each as the API server has it.
	Objects []map[string]any `json:"objects"`
	// A script that answers a table with `status` and `message`.
	Lua string `json:"lua"`
	// Flux evaluates `inProgress`, `failed` and `current`, in this order: the first that is true counts.
	Cel map[string]string `json:"cel"`
}

type said struct {
	Kstatus string `json:"kstatus"`
	Argo    string `json:"argo"`
	Flux    string `json:"flux"`
}

func main() {
	answers, err := answer()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answers)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer() ([]said, error) {
	var in asked
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return nil, err
	}
	answers := []said{}
	for _, object := range in.Objects {
		result, err := status.Compute(&unstructured.Unstructured{Object: integers(object).(map[string]any)})
		if err != nil {
			return nil, err
		}
		argo, err := byLua(in.Lua, object)
		if err != nil {
			return nil, err
		}
		flux, err := byCel(in.Cel, object)
		if err != nil {
			return nil, err
		}
		answers = append(answers, said{Kstatus: string(result.Status), Argo: argo, Flux: flux})
	}
	return answers, nil
}

// As apimachinery decodes JSON: whole numbers are int64.
func integers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, one := range value {
			value[key] = integers(one)
		}
	case []any:
		for at, one := range value {
			value[at] = integers(one)
		}
	case float64:
		if value == float64(int64(value)) {
			return int64(value)
		}
	}
	return value
}

func byLua(script string, object map[string]any) (string, error) {
	state := lua.NewState()
	defer state.Close()
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return "", err
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return "", fmt.Errorf("the script answers no table")
	}
	return table.RawGetString("status").String(), nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, one := range value {
			table.RawSetString(key, toLua(state, one))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, one := range value {
			table.Append(toLua(state, one))
		}
		return table
	case string:
		return lua.LString(value)
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	}
	return lua.LNil
}

func byCel(expressions map[string]string, object map[string]any) (string, error) {
	variables := []cel.EnvOption{}
	for name := range object {
		variables = append(variables, cel.Variable(name, cel.DynType))
	}
	// What a resource that is new has not.
	if _, isThere := object["status"]; !isThere {
		variables = append(variables, cel.Variable("status", cel.DynType))
		object["status"] = map[string]any{}
	}
	env, err := cel.NewEnv(variables...)
	if err != nil {
		return "", err
	}
	for _, name := range []string{"inProgress", "failed", "current"} {
		ast, issues := env.Compile(expressions[name])
		if issues.Err() != nil {
			return "", issues.Err()
		}
		program, err := env.Program(ast)
		if err != nil {
			return "", err
		}
		value, _, err := program.Eval(object)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		if value.Value() == true {
			return name, nil
		}
	}
	return "unknown", nil
}
