package main

import (
	"context"
	"flag"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/deployment"
	"k8s.io/kubernetes/pkg/controller/replicaset"
	"k8s.io/kubernetes/pkg/controller/serviceaccount"
)

const resync = 12 * time.Hour

// runControllers makes ReplicaSets of Deployments, pods of ReplicaSets, and default accounts,
// until it is told to end.
func runControllers() {
	config := flag.String("kubeconfig", "", "how to reach the API server")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	rest, err := clientcmd.BuildConfigFromFlags("", *config)
	check(err)
	rest.QPS, rest.Burst = 500, 1000
	client := kubernetes.NewForConfigOrDie(rest)
	shared := informers.NewSharedInformerFactory(client, resync)
	apps, core := shared.Apps().V1(), shared.Core().V1()

	deployments, err := deployment.NewDeploymentController(
		ctx, apps.Deployments(), apps.ReplicaSets(), core.Pods(), client)
	check(err)
	replicaSets := replicaset.NewReplicaSetController(ctx, apps.ReplicaSets(), core.Pods(), client, 500)
	accounts, err := serviceaccount.NewServiceAccountsController(
		klog.FromContext(ctx), core.ServiceAccounts(), core.Namespaces(), client,
		serviceaccount.DefaultServiceAccountsControllerOptions())
	check(err)

	go deployments.Run(ctx, 2)
	go replicaSets.Run(ctx, 2)
	go accounts.Run(ctx, 1)
	shared.Start(ctx.Done())
	<-ctx.Done()
}

func check(err error) {
	if err != nil {
		klog.Fatal(err)
	}
}
