// testkube is a Kubernetes control plane without nodes, for tests on one machine:
// testkube etcd | kube-apiserver | controllers, each with its own arguments.
package main

import (
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	parts := map[string]func(){
		"etcd":           func() { etcdmain.Main(os.Args) },
		"kube-apiserver": func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
		"controllers":    runControllers,
	}
	if len(os.Args) > 1 {
		if run, ok := parts[os.Args[1]]; ok {
			os.Args = os.Args[1:]
			run()
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: testkube etcd|kube-apiserver|controllers ...")
	os.Exit(2)
}
