package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// flagSet makes the flags of one command; a wrong one is a usage error.
func flagSet(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

// parse reads flags that may stand before and behind the other words.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, helpWanted{fs}
		} else if err != nil {
			return nil, usageError{flagProblem(err)}
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

// flagProblem says in the office's words what the standard library says of a
// wrong flag, whose value may be a secret and is left out.
func flagProblem(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return "没有 --" + strings.TrimLeft(name, "-") + " 这个参数"
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return "--" + strings.TrimLeft(name, "-") + " 后面还缺一个值"
	}
	return "有一个参数写得不对。参数写成 --名称 值"
}

// helpWanted is a command line that asks what it could say.
type helpWanted struct{ fs *flag.FlagSet }

func (helpWanted) Error() string { return "help wanted" }

// print lists a command's flags.
func (h helpWanted) print(w io.Writer, cmd command) {
	fmt.Fprintf(w, "anyuebot %s：%s\n\n用法：anyuebot %s %s\n\n参数：\n", cmd.name, cmd.does, cmd.name, cmd.args)
	h.fs.VisitAll(func(f *flag.Flag) { fmt.Fprintf(w, "  --%-20s %s\n", f.Name, f.Usage) })
}
