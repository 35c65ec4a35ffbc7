// What expressions read: the pod, the request, the namespace; and what a typed check says of typos in them.
export const objects: readonly string[] = String.raw`
object.kind == "Pod" && object.apiVersion == "v1"
object.metadata.name == "p"
object.metadata.labels.app == "web"
object.metadata.labels["app"] == "web"
object.metadata.labels.?app.orValue("none") == "none"
has(object.metadata.labels.app)
has(object.metadata.annotations) && object.metadata.annotations["note"] == "x"
object.metadata.?annotations[?"note"].orValue("") == "x"
"app" in object.metadata.labels
object.spec.containers[0].name == "c0"
object.spec.containers.size() == 2
object.spec.containers[1].image.contains("@")
object.spec.containers.all(c, c.image.startsWith("registry.example/"))
object.spec.containers.all(c, has(c.resources.limits))
object.spec.containers.all(c, c.resources.limits.memory == "256Mi")
object.spec.containers.exists(c, has(c.ports) && c.ports.exists(p, p.containerPort == 80))
object.spec.containers.map(c, c.name) == ["c0"]
object.spec.containers.filter(c, c.name != "c0").size() == 0
object.spec.containers.transformList(i, c, string(i) + c.name) == ["0c0"]
object.spec.containers.sortBy(c, c.image)[0].name == "c0"
object.spec.containers.all(c, c.ports[0].containerPort > 0)
object.spec.containers == []
object.spec.containers == null
object.spec.nodeName == null
object.spec.nodeName == ""
has(object.spec.nodeName)
has(object.spec.containers[0].livenessProbe)
has(object.spec.nothing.deeper)
has(object.spec.hostNetwork.x)
object.spec.hostNetwork
!object.spec.hostNetwork
object.spec.hostNetwork == true
object.spec.?hostNetwork.orValue(false)
object.spec.?hostNetwork.orValue(false) == false
object.spec.terminationGracePeriodSeconds == 30
object.spec.terminationGracePeriodSeconds == 30.0
object.spec.terminationGracePeriodSeconds > "a"
object.spec.terminationGracePeriodSeconds + 1 == 31
object.spec.terminationGracePeriodSeconds + 1.5 == 31.5
object.spec.terminationGracePeriodSeconds / 7 == 4
type(object.spec.terminationGracePeriodSeconds) == int
type(object.spec) == map && type(object.spec.containers) == list
string(object.spec.terminationGracePeriodSeconds) == "30"
object.spec.restartPolicy == "Always"
object.spec.restartPolicy == 1
object.spec.restartPolicy in ["Always", "Never"]
object.spec.restartPolicy.size() == 6
object.spec.restartPolicy.lowerAscii() == "always"
object.spec.hostNetwrok == true
object.spec.containers.all(c, c.imgae != "")
object.spec.containers.all(c, c.image > 1)
object.spec.containers[0].resources.limits["cpu"] == "500m"
object.spec.containers.all(c, !has(c.resources.limits) || quantity(c.resources.limits["cpu"]) == quantity("0.5"))
object.spec.securityContext.runAsUser == 1000
object.spec.securityContext == {}
object.spec.?securityContext.?runAsUser.orValue(0) >= 1000
object.spec.containers.exists(c, c.?securityContext.?privileged.orValue(false))
object.spec.tolerations.exists(t, t.key == "node.kubernetes.io/not-ready" && t.tolerationSeconds == 300)
object.spec.tolerations.all(t, t.operator == "Exists")
object.spec.volumes.size() == 0
object.spec.?volumes.orValue([]).size() == 0
object.status.phase == "Pending"
has(object.status)
object.metadata.creationTimestamp != ""
timestamp(object.metadata.creationTimestamp).getFullYear() > 2020
object.metadata.uid.size() == 36
object.metadata.generateName == ""
object.metadata.namespace.startsWith("differential")
object.metadata.managedFields.size() > 0
object.metadata.managedFields[0].manager != ""
object.metadata.labels.size() == 1
object.metadata.labels.all(k, k.size() < 6)
object.metadata.labels.all(k, v, format.labelValue().validate(v) == optional.none())
object.metadata.labels == {}
object.metadata == object.metadata
object == object
object != oldObject
oldObject == null
oldObject.metadata.name == "p"
has(oldObject.metadata)
oldObject.?metadata.hasValue()
request.operation == "CREATE"
request.operation == "UPDATE"
request.name == "p" && request.namespace == object.metadata.namespace
request.kind.kind == "Pod" && request.kind.group == "" && request.kind.version == "v1"
request.resource.resource == "pods"
has(request.kind.group)
has(request.subResource)
request.subResource == ""
request.requestKind.kind == "Pod"
request.requestSubResource == ""
request.dryRun
request.dryRun == true
request.userInfo.username == "admin"
request.userInfo.groups.exists(g, g == "system:masters")
"system:authenticated" in request.userInfo.groups
has(request.userInfo.extra)
request.userInfo.uid == "admin"
request.userInfo.extra["x"] == ["y"]
request.options.kind == "CreateOptions"
request.options.dryRun == ["All"]
has(request.options.fieldManager)
request.uid == ""
request.object == object
request.nothing == 1
request.kind.nothing == 1
request.dryRun == "true"
request.userInfo.groups[0] == 1
namespaceObject.metadata.name == request.namespace
namespaceObject.metadata.labels.env == "prod"
namespaceObject.metadata.labels["env"] == "prod"
namespaceObject.metadata.annotations["owner"].endsWith("@example.com")
namespaceObject.metadata.annotations["example.com/range"] == "10.0.0.0/8"
cidr(namespaceObject.metadata.annotations["example.com/range"]).containsIP("10.1.1.1")
has(namespaceObject.metadata.labels.nothing)
namespaceObject.metadata.?labels[?"nothing"].orValue("x") == "x"
namespaceObject.spec.finalizers == ["kubernetes"]
namespaceObject.status.phase == "Active"
namespaceObject.metadata.creationTimestamp > timestamp("2020-01-01T00:00:00Z")
has(namespaceObject.metadata.deletionTimestamp)
has(namespaceObject.metadata.generateName)
namespaceObject.metadata.generateName == ""
namespaceObject.metadata.uid != ""
namespaceObject.metadata.UID != ""
namespaceObject.metadata.resourceVersion != ""
namespaceObject.metadata.generation > 0
namespaceObject.metadata.managedFields.size() > 0
namespaceObject.nothing == 1
namespaceObject.kind == "Namespace"
namespaceObject.status.conditions.size() == 0
namespaceObject == null
namespaceObject != null
params == null
params.data.x == "y"
variables.x == 1
self.metadata.name == "p"
object.metadata.labels.exists(k, k == "case") && object.metadata.labels.case != "x"
object.spec.containers.all(c, c.env.exists(e, e.name == "A"))
object.spec.containers.all(c, c.?env.orValue([]).all(e, e.value != "secret"))
object.spec.containers.map(c, c.?ports.orValue([])).flatten().all(p, p.containerPort != 22)
object.spec.containers.map(c, c.image.split(":")).all(parts, parts.size() == 2)
object.spec.containers.map(c, c.image.split("/")[0]).distinct() == ["registry.example"]
sets.contains(["c0", "c1"], object.spec.containers.map(c, c.name))
object.spec.containers.map(c, quantity(c.?resources.?limits.?memory.orValue("0")).asInteger()).sum() < 300000000
object.spec.containers.exists_one(c, c.name == "c0")
object.spec.containers.all(i, c, c.name == "c" + string(i))
dyn(object.spec.containers[0].name) + "x" == "c0x"
object.spec.containers[0].name + 1 == "c01"
object["spec"]["containers"][0]["name"] == "c0"
object.spec["containers"].size() > 0
object[0] == 1
object.spec.containers["c0"].image == ""
object.spec.containers.c0.image == ""
object.?spec.?nothing.?deeper.hasValue()
object.spec.?containers[?5].?name.orValue("none") == "none"
[object.metadata.name, "x"] == ["p", "x"]
[object.metadata.name, 1].size() == 2
{"a": object.spec}.a.containers.size() > 0
object.metadata.name.matches("^[a-z]+$")
object.metadata.name.matches(object.metadata.name)
"%s/%s".format([object.metadata.namespace, object.metadata.name]) == "differential-prod/p"
"%d".format([object.spec.terminationGracePeriodSeconds]) == "30"
object.spec.containers.all(c, c.imagePullPolicy == (c.image.endsWith(":latest") ? "Always" : "IfNotPresent"))
object.spec.serviceAccountName == "default" || object.spec.serviceAccount == "default"
object.spec.priority == 0 && object.spec.preemptionPolicy == "PreemptLowerPriority"
object.spec.schedulerName == "default-scheduler" && object.spec.enableServiceLinks
(object.spec.enableServiceLinks) == true && object.spec.dnsPolicy == "ClusterFirst"
int(object.metadata.labels.n) > 1
int(object.metadata.?labels[?"n"].orValue("2")) > 1
duration(object.metadata.?annotations[?"ttl"].orValue("1h")) < duration("2h")
object.spec.containers.all(c, c.securityContext.capabilities.drop == ["ALL"])
object.spec.containers[0].ports == object.spec.containers[0].ports
object.spec.nodeSelector.disk == "ssd" || object.spec.containers.size() > 0
object.spec.containers.size() > 0 || object.spec.nodeSelector.disk == "ssd"
object.spec.nodeSelector.disk == "ssd" && object.spec.containers.size() == 0
object.spec.nodeSelector.disk == "ssd" ? true : false
`
  .split('\n')
  .filter((line) => line.trim() !== '');
