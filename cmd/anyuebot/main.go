// Anyuebot（安月小助手）collects the figures of a county's 安全生产月 by
// conversation in 企业微信 work groups.
//
// This package is the only place that sees everything: it reads the
// configuration, opens the store, joins the channel to the conversation and
// starts what was asked for. One file per command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the campaign's zone, whatever the machine has
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl+C ends the program at once
	os.Exit(run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, environ: os.Environ}))
}

// console is what a command gets from the operating system.
type console struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	environ  func() []string
}

type command struct {
	name, args, does string
	run              func(context.Context, console, []string) error
}

func commands() []command {
	return []command{
		{"demo", "[--play]", "在本机试用：不要账号，不要配置，打开网页就能对话", demo},
		{"serve", "", "启动服务", serve},
		{"check", "[--url https://域名]", "检查配置、通知、名册、存储和企业微信，逐项打 ✓ 或 ✗", check},
		{"roster", "import 文件 [--dry-run] [--reason 原因] | list | rename 原名 新名 | remove 单位 [--reason 原因]", "导入、列出单位名册，给单位改名或移除单位", roster},
		{"remind", "--plan [--from 日期] [--to 日期] [--at 时刻]", "印出催报日程：哪天几点提醒谁、为什么顺延，以及各单位现在会不会收到", remindCommand},
		{"export", "--out 目录 [--unit 单位] [--campaign 通知ID] [--format json]", "导出各单位填报的数", export},
		{"backup", "文件", "备份（服务运行中也可以）", backup},
		{"restore", "文件", "从备份恢复到空的存储（服务运行中也可以）", restore},
		{"verify", "[文件]", "逐条核对存储或备份文件，给出条数", verify},
		{"rekey", "", "换一个数据密钥，重新加密个人信息（服务运行中也可以）", rekey},
		{"forget", "[--campaign 通知ID] --confirm 通知ID", "活动结束后清除个人信息，报的数和是否按时都保留", forget},
	}
}

// errReported marks a failure that has been told already.
var errReported = errors.New("reported")

// usageError is a command line that could not be understood.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

// run carries out one command line and returns the exit code: 0 done, 1 failed,
// 2 not understood.
func run(ctx context.Context, args []string, c console) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(c.out)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	for _, cmd := range commands() {
		if cmd.name != args[0] {
			continue
		}
		err := cmd.run(ctx, c, args[1:])
		var usage usageError
		var help helpWanted
		switch {
		case err == nil:
			return 0
		case errors.Is(err, errReported):
			return 1
		case errors.As(err, &help):
			help.print(c.out, cmd)
			return 0
		case errors.As(err, &usage):
			fmt.Fprintf(c.err, "anyuebot %s：%s\n用法：anyuebot %s %s\n", cmd.name, usage.msg, cmd.name, cmd.args)
			return 2
		}
		fmt.Fprintf(c.err, "anyuebot %s：%v\n", cmd.name, err)
		return 1
	}
	fmt.Fprintf(c.err, "anyuebot：没有“%s”这个命令\n\n", args[0])
	usage(c.err)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "anyuebot（安月小助手）：在企业微信工作群里收“安全生产月”统计表\n\n用法：anyuebot 命令 [参数]\n\n")
	for _, cmd := range commands() {
		fmt.Fprintf(w, "  %-8s %s\n           %s\n", cmd.name, cmd.does, cmd.args)
	}
	fmt.Fprint(w, "\n配置：命令行参数 > 环境变量 > --config anyuebot.yaml > 默认值。各项见 README，或运行 anyuebot 命令 -h。\n")
}
