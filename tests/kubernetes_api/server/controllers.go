package main

import (
	"context"
	"flag"
	"os/signal"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/deployment"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/job"
	"k8s.io/kubernetes/pkg/controller/namespace"
	"k8s.io/kubernetes/pkg/controller/replicaset"
	"k8s.io/kubernetes/pkg/controller/serviceaccount"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

const (
	resync = 12 * time.Hour
	// How often new kinds of objects are looked for, to collect what nobody owns any more.
	kinds = 30 * time.Second
)

// runControllers makes ReplicaSets of Deployments, pods of ReplicaSets, StatefulSets and Jobs, and
// default accounts, and deletes what belonged to something that was deleted, until it is told to end.
func runControllers() {
	config := flag.String("kubeconfig", "", "how to reach the API server")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	rest, err := clientcmd.BuildConfigFromFlags("", *config)
	check(err)
	rest.QPS, rest.Burst = 500, 1000
	client, objects := kubernetes.NewForConfigOrDie(rest), metadata.NewForConfigOrDie(rest)
	shared := informers.NewSharedInformerFactory(client, resync)
	owned := metadatainformer.NewSharedInformerFactory(objects, resync)
	apps, core := shared.Apps().V1(), shared.Core().V1()

	deployments, err := deployment.NewDeploymentController(
		ctx, apps.Deployments(), apps.ReplicaSets(), core.Pods(), client)
	check(err)
	replicaSets := replicaset.NewReplicaSetController(ctx, apps.ReplicaSets(), core.Pods(), client, 500)
	statefulSets := statefulset.NewStatefulSetController(
		ctx, core.Pods(), apps.StatefulSets(), core.PersistentVolumeClaims(), apps.ControllerRevisions(), client)
	jobs, err := job.NewController(ctx, client, core.Pods(), shared.Batch().V1().Jobs(), nil, nil)
	check(err)
	accounts, err := serviceaccount.NewServiceAccountsController(
		klog.FromContext(ctx), core.ServiceAccounts(), core.Namespaces(), client,
		serviceaccount.DefaultServiceAccountsControllerOptions())
	check(err)
	namespaces := namespace.NewNamespaceController(
		ctx, client, objects, client.Discovery().ServerPreferredNamespacedResources,
		core.Namespaces(), resync, v1.FinalizerKubernetes)
	started := make(chan struct{})
	garbage, err := garbagecollector.NewGarbageCollector(
		ctx, client, objects, restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery())),
		garbagecollector.DefaultIgnoredResources(), informerfactory.NewInformerFactory(shared, owned), started)
	check(err)

	go deployments.Run(ctx, 2)
	go replicaSets.Run(ctx, 2)
	go statefulSets.Run(ctx, 2)
	go jobs.Run(ctx, 2)
	go accounts.Run(ctx, 1)
	go namespaces.Run(ctx, 2)
	go garbage.Run(ctx, 2, kinds)
	go garbage.Sync(ctx, client.Discovery(), kinds)
	shared.Start(ctx.Done())
	owned.Start(ctx.Done())
	close(started)
	<-ctx.Done()
}

func check(err error) {
	if err != nil {
		klog.Fatal(err)
	}
}
