// Peer is a minimal operator on controller-runtime: for each ChatStack it server-side-applies the objects of a template,
// with the names of that stack, and watches what it owns. It has no gates, no prune and no drift reports.
package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

var stackKind = schema.GroupVersionKind{Group: "mooring.dev", Version: "v1alpha1", Kind: "ChatStack"}

// Placeholders of the template.
const (
	namePlaceholder      = "peer-name"
	namespacePlaceholder = "peer-namespace"
)

type reconciler struct {
	client   client.Client
	template string
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	stack := newObject(stackKind)
	if err := r.client.Get(ctx, request.NamespacedName, stack); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	objects, err := r.objectsOf(stack)
	if err != nil {
		return ctrl.Result{}, err
	}
	for _, object := range objects {
		if err := r.apply(ctx, stack, object); err != nil {
			return ctrl.Result{}, err
		}
	}
	return ctrl.Result{}, r.observe(ctx, stack)
}

func (r *reconciler) objectsOf(stack *unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	text := strings.NewReplacer(namespacePlaceholder, stack.GetNamespace(), namePlaceholder, stack.GetName()).Replace(r.template)
	return parse(text)
}

func (r *reconciler) apply(ctx context.Context, stack, object *unstructured.Unstructured) error {
	if err := controllerutil.SetControllerReference(stack, object, r.client.Scheme()); err != nil {
		return err
	}
	return r.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("peer"), client.ForceOwnership)
}

// Observe says in the status which generation was applied, once.
func (r *reconciler) observe(ctx context.Context, stack *unstructured.Unstructured) error {
	observed, _, _ := unstructured.NestedInt64(stack.Object, "status", "observedGeneration")
	if observed == stack.GetGeneration() {
		return nil
	}
	status := newObject(stackKind)
	status.SetName(stack.GetName())
	status.SetNamespace(stack.GetNamespace())
	if err := unstructured.SetNestedField(status.Object, stack.GetGeneration(), "status", "observedGeneration"); err != nil {
		return err
	}
	return r.client.Status().Apply(ctx, client.ApplyConfigurationFromUnstructured(status), client.FieldOwner("peer"), client.ForceOwnership)
}

func parse(text string) ([]*unstructured.Unstructured, error) {
	var raw []map[string]any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	objects := make([]*unstructured.Unstructured, 0, len(raw))
	for _, content := range raw {
		objects = append(objects, &unstructured.Unstructured{Object: content})
	}
	return objects, nil
}

func newObject(kind schema.GroupVersionKind) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	return object
}

func run(templatePath string) error {
	text, err := os.ReadFile(templatePath)
	if err != nil {
		return err
	}
	template, err := parse(string(text))
	if err != nil {
		return err
	}
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:  runtime.NewScheme(),
		Metrics: metricsserver.Options{BindAddress: "0"},
		// Stacks are read from the cache, as any operator does.
		Client: client.Options{Cache: &client.CacheOptions{Unstructured: true}},
	})
	if err != nil {
		return err
	}
	// What is changed is seen by its generation, or by its version where the kind has no generation (Service, ConfigMap).
	changed := builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, withoutGeneration()))
	build := ctrl.NewControllerManagedBy(manager).
		For(newObject(stackKind), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: 4})
	seen := map[schema.GroupVersionKind]bool{}
	for _, object := range template {
		if kind := object.GroupVersionKind(); !seen[kind] {
			seen[kind] = true
			build = build.Owns(newObject(kind), changed)
		}
	}
	if err := build.Named("peer").Complete(&reconciler{client: manager.GetClient(), template: string(text)}); err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

func withoutGeneration() predicate.Predicate {
	return predicate.And(
		predicate.ResourceVersionChangedPredicate{},
		predicate.NewPredicateFuncs(func(object client.Object) bool { return object.GetGeneration() == 0 }),
	)
}

func main() {
	ctrl.SetLogger(zap.New())
	if err := run(os.Args[1]); err != nil {
		ctrl.Log.Error(err, "The peer ended")
		os.Exit(1)
	}
}
