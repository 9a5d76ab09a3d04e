#!/usr/bin/env bash
# Puts the whole system into a Kubernetes cluster: see --help.
set -euo pipefail

usage() {
  cat <<'END'
Usage: scripts/setup.sh [options] [-- further options of helm]

Installs or upgrades the chart in helm/ in the cluster of kubectl's current context, with its
schema and topics, and waits until all of it is ready. May be run again at any time.

  --namespace NAME  namespace, made when it is not there (telemetry)
  --values FILE     values, may be given several times. Without, a cluster on a laptop (kind, k3d,
                    minikube, Docker Desktop) gets helm/values-kind.yaml
  --timeout TIME    how long to wait (15m)
  --dry-run         show what would be done, and let the cluster check it; change nothing
  --uninstall       take the release away; volumes with data stay unless values said otherwise

Needs kubectl and helm >= 3.14 or 4. docs/kubernetes.md tells the rest.
END
}

root=$(cd "$(dirname "$0")/.." && pwd)
chart=$root/helm
release=agent-telemetry
namespace=telemetry
timeout=15m
values=()
action=install

fail() {
  echo "error: $*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit ;;
    --namespace | --values | --timeout)
      [ -n "${2:-}" ] || fail "$1 needs a value (--help)"
      case $1 in
        --namespace) namespace=$2 ;;
        --timeout) timeout=$2 ;;
        --values)
          [ -r "$2" ] || fail "--values $2: there is no such file"
          values+=(--values "$2")
          ;;
      esac
      shift 2
      ;;
    --dry-run) action=dry-run; shift ;;
    --uninstall) action=uninstall; shift ;;
    --) shift; break ;;
    *) fail "$1 is not known here (--help)" ;;
  esac
done

command -v kubectl >/dev/null || fail "kubectl is needed and was not found: https://kubernetes.io/docs/tasks/tools/"
command -v helm >/dev/null || fail "helm is needed and was not found: https://helm.sh/docs/intro/install/"
version=$(helm version --template '{{.Version}}')
case $version in
  v3.[0-9].* | v3.1[0-3].* | v2.*) fail "helm >= 3.14 is needed, $version was found: https://helm.sh/docs/intro/install/" ;;
esac
context=$(kubectl config current-context 2>/dev/null) || fail "kubectl has no current context: kubectl config use-context NAME"
told=$(kubectl version --request-timeout=10s 2>&1) || fail "the cluster of context $context does not answer:
$told"

state=$({ helm status "$release" -n "$namespace" 2>/dev/null || true; } | sed -n 's/^STATUS: //p')
case $state in
  pending-*) fail "an installation of $release in namespace $namespace is under way or was interrupted ($state):
wait for it, or if nothing runs any more: helm -n $namespace rollback $release, or $0 --uninstall" ;;
esac

server=$(echo "$told" | sed -n 's/^Server Version: //p')
echo "cluster    $context ($server)"
echo "namespace  $namespace"

if [ "$action" = uninstall ]; then
  if [ -z "$state" ]; then
    echo "nothing is installed there"
    exit
  fi
  echo "taking $release away"
  helm uninstall "$release" -n "$namespace" --wait --timeout "$timeout"
  echo
  echo "Volumes that are left (kubectl -n $namespace delete pvc NAME deletes one, with its data):"
  kubectl -n "$namespace" get pvc -l app.kubernetes.io/name=agent-telemetry -o name
  exit
fi

if [ ${#values[@]} -eq 0 ]; then
  case $context in
    kind-* | k3d-* | minikube | docker-desktop) values=(--values "$chart/values-kind.yaml") ;;
  esac
fi
echo "values     ${values[*]:-those of the chart} $*"
if [ -z "$state" ]; then
  echo "release    $release, new"
else
  echo "release    $release, upgrade of what is there ($state)"
fi

made=$(helm template "$release" "$chart" -n "$namespace" --kube-version "$server" "${values[@]}" "$@")
echo "objects    $(echo "$made" | sed -n 's/^kind: //p' | sort | uniq -c | awk '{printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2}')"
echo "images     $(echo "$made" | sed -n 's/^ *image: //p' | sort -u | paste -sd' ')"

has_namespace=$(kubectl get namespace "$namespace" --ignore-not-found -o name)
if [ "$action" = dry-run ]; then
  if [ -n "$has_namespace" ]; then
    helm upgrade --install "$release" "$chart" -n "$namespace" "${values[@]}" "$@" --dry-run=server >/dev/null
    echo "The cluster would take all of it. Nothing was changed."
  else
    echo "namespace $namespace would be made. Nothing was changed."
  fi
  exit
fi

if [ -z "$has_namespace" ]; then
  kubectl create namespace "$namespace"
  # No container of the chart needs more; one that wants it is refused.
  kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
fi
echo "installing, and waiting until all is ready (at most $timeout) ..."
if ! told=$(helm upgrade --install "$release" "$chart" -n "$namespace" "${values[@]}" "$@" \
  --wait --wait-for-jobs --timeout "$timeout" 2>&1); then
  echo "$told" >&2
  echo >&2
  kubectl -n "$namespace" get pods -l app.kubernetes.io/name=agent-telemetry >&2
  fail "not all of it got ready. What a pod waits for: kubectl -n $namespace describe pod NAME;
kubectl -n $namespace logs NAME --all-containers. Run this again when it is mended."
fi
helm get notes "$release" -n "$namespace" | sed '/^NOTES:$/d'
