// The libraries that Kubernetes adds: macros, lists, sets, strings, regex, optionals, quantities, addresses, URLs, versions, formats.
export const library: readonly string[] = String.raw`
[1, 2, 3].all(x, x > 0)
[].all(x, x > 0)
[1, 2, 3].exists(x, x == 2)
[].exists(x, true)
[1, 2, 3].exists_one(x, x == 2)
[1, 2, 2].exists_one(x, x == 2)
[1, 2, 3].existsOne(x, x == 2)
[1, 2, 3].map(x, x * 2) == [2, 4, 6]
[1, 2, 3].map(x, x > 1, x * 2) == [4, 6]
[1, 2, 3].filter(x, x > 1) == [2, 3]
{"a": 1, "b": 2}.all(k, k < "c")
{"a": 1, "b": 2}.exists(k, k == "b")
{"a": 1, "b": 2}.filter(k, k == "a") == ["a"]
{"a": 1}.map(k, k + "x") == ["ax"]
[1, 0].all(x, 1 / x == 1)
[0, 1].exists(x, 1 / x == 1)
[0, 0].exists(x, 1 / x == 1)
[1, 0].exists_one(x, 1 / x == 1)
[1, 2].all(i, x, i < x)
[1, 2].exists(i, x, i == 1 && x == 2)
[1, 2].existsOne(i, x, x == 2)
[1, 2].exists_one(i, x, x == 2)
{"a": 1}.all(k, v, k == "a" && v == 1)
{"a": 1}.exists(k, v, v == 2)
[1, 2].transformList(i, x, i + x) == [1, 3]
[1, 2].transformList(i, x, x > 1, i) == [1]
{"a": 1}.transformList(k, v, v) == [1]
[1, 2].transformMap(i, x, x * 2) == {0: 2, 1: 4}
{"a": 1}.transformMap(k, v, v + 1) == {"a": 2}
{"a": 1, "b": 2}.transformMap(k, v, v > 1, v) == {"b": 2}
{"a": "x"}.transformMapEntry(k, v, {v: k}) == {"x": "a"}
{"a": "x", "b": "x"}.transformMapEntry(k, v, {v: k}).size() == 1
[1].all(x, x, true)
[1].all(1, true)
[1].all(x, 1)
[1].all(x.y, true)
[1].map(x)
"abc".all(c, c != "x")
1.all(x, true)
[1, 2].all(x, [3].all(x, x == 3))
[[1], [2]].all(l, l.all(x, x > 0))
[1].exists(__result__, __result__ == 1)
cel.bind(x, 1, x == 1)
math.greatest(1, 2) == 2
base64.encode(b"a") == "YQ=="
[1, 2, 3].isSorted()
[3, 1].isSorted()
["a", "b"].isSorted()
[].isSorted()
[[1]].isSorted()
[true, false].isSorted()
[duration("1s"), duration("2s")].isSorted()
[1, 2, 3].sum() == 6
[1.5, 2.5].sum() == 4.0
[1u].sum() == 1u
[].sum() == 0
["a"].sum() == "a"
[duration("1s"), duration("2s")].sum() == duration("3s")
[dyn(1), dyn(2)].sum() == 3
[9223372036854775807, 1].sum() > 0
[3, 1, 2].min() == 1 && [3, 1, 2].max() == 3
["b", "a"].min() == "a"
[].min() == 1
[dyn(1), dyn("a")].min() == 1
[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2
[1].indexOf(5) == -1
[1].indexOf("a") == -1
[1].indexOf(1.0) == 0
lists.range(3) == [0, 1, 2]
lists.range(0) == []
lists.range(-1) == []
lists.range(1000000).size() > 0
[3, 1, 2].sort() == [1, 2, 3]
["b", "a"].sort() == ["a", "b"]
[dyn(1), dyn("a")].sort().size() == 2
[[1]].sort().size() == 1
["ccc", "a", "bb"].sortBy(s, s.size()) == ["a", "bb", "ccc"]
[{"n": 2}, {"n": 1}].sortBy(x, x.n)[0].n == 1
[1, 2, 1, 3].distinct() == [1, 2, 3]
[1, dyn(1.0), dyn("a")].distinct().size() == 2
[1, 2, 3, 4].slice(1, 3) == [2, 3]
[1, 2].slice(0, 5) == []
[1, 2].slice(-1, 1) == []
[1, 2].slice(2, 1) == []
[[1], [2, 3]].flatten() == [1, 2, 3]
[1, [2, [3]]].flatten() == [1, 2, [3]]
[dyn(1), dyn([2, [3]])].flatten(2) == [1, 2, 3]
[[1]].flatten(-1) == [[1]]
[1, 2, 3].reverse() == [3, 2, 1]
[1, 2].first() == optional.of(1)
[].first() == optional.none()
[1, 2].last().value() == 2
[].last().value() == 2
[1, 2].first().orValue(9) == 1
sets.contains([1, 2, 3], [2])
sets.contains([], [])
sets.contains([1], [1.0, 1u])
sets.equivalent([1, 1, 2], [2, 1])
sets.intersects([1, 2], [2, 3])
sets.intersects([], [1])
sets.contains([1], ["a"])
sets.contains([[1]], [[1]])
"abc".charAt(1) == "b"
"abc".charAt(3) == ""
"abc".charAt(4) == ""
"é😀".charAt(1) == "😀"
"hello".indexOf("l") == 2 && "hello".lastIndexOf("l") == 3
"hello".indexOf("l", 3) == 3
"hello".indexOf("l", 9) == 3
"hello".indexOf("") == 0
"hello".lastIndexOf("") == 5
"a,b,c".split(",") == ["a", "b", "c"]
"a,b,c".split(",", 2) == ["a", "b,c"]
"a,b,c".split(",", 0) == []
"a,b,c".split(",", -1).size() == 3
"abc".split("") == ["a", "b", "c"]
"".split(",") == [""]
["a", "b"].join() == "ab"
["a", "b"].join("-") == "a-b"
[].join("-") == ""
[1].join("-") == "1"
"aXbX".replace("X", "-") == "a-b-"
"aXbX".replace("X", "-", 1) == "a-bX"
"aXbX".replace("X", "-", -1) == "a-b-"
"ab".replace("", "-") == "-a-b-"
"hello".substring(2) == "llo"
"hello".substring(1, 3) == "el"
"hello".substring(3, 1) == ""
"hello".substring(6) == ""
"é😀x".substring(1, 2) == "😀"
"  x \t".trim() == "x"
"\u00a0x\u2003".trim() == "x"
"ABC".lowerAscii() == "abc" && "abc".upperAscii() == "ABC"
"ÄÖ".lowerAscii() == "ÄÖ"
"abc".reverse() == "cba"
strings.quote("a\"b") == "\"a\\\"b\""
strings.quote("\n\u0001") == "x"
"%s".format(["a"]) == "a"
"%d %d".format([1, -2u]) == "1 2"
"%d".format([1]) == "1"
"%.2f".format([1.005]) == "1.00"
"%f".format([1]) == "1.000000"
"%e".format([1234.5]) == "1.234500e+03"
"%.1e".format([0.00012]) == "1.2e-04"
"%x %X".format([255, "hi"]) == "ff 6869"
"%o %b".format([8, 5]) == "10 101"
"%b".format([true]) == "1"
"%s".format([[1, "a", null, 2.5, true]]) == "[1, a, null, 2.5, true]"
"%s".format([{"b": 1, "a": 2}]) == "{a: 2, b: 1}"
"%s".format([timestamp("2024-01-01T00:00:00Z")]) == "2024-01-01T00:00:00Z"
"%s".format([duration("90s")]) == "90s"
"%s %s".format([int, b"x"]) == "int x"
"%d".format(["a"]) == "a"
"%s %s".format(["a"]) == "a"
"%s".format(["a", "b"]) == "a"
"%q".format(["a"]) == "a"
"%%".format([]) == "%"
"100%".format([]) == "100%"
"%s".format([1.0 / 0.0]) == "Infinity"
"%d".format([9223372036854775807]) == "9223372036854775807"
"abc 123".find("[0-9]+") == "123"
"abc".find("[0-9]+") == ""
"1 22 333".findAll("[0-9]+") == ["1", "22", "333"]
"1 22 333".findAll("[0-9]+", 2) == ["1", "22"]
"1 22 333".findAll("[0-9]+", 0) == []
"abc".find("(b)(c)") == "bc"
"abc".find("(") == "x"
"abc".findAll("") == ["", "", "", ""]
regex.replace("abc", "b", "x") == "axc"
optional.of(1).hasValue() && !optional.none().hasValue()
optional.of(1).value() == 1
optional.none().value() == 1
optional.of(1).orValue(2) == 1 && optional.none().orValue(2) == 2
optional.none().or(optional.of(3)).value() == 3
optional.ofNonZeroValue(0) == optional.none()
optional.ofNonZeroValue("") == optional.none() && optional.ofNonZeroValue([]) == optional.none()
optional.ofNonZeroValue("x") == optional.of("x")
optional.of(1) == optional.of(1.0)
optional.of(1) == 1
optional.of(optional.of(1)).value().value() == 1
optional.of(1).optMap(x, x + 1) == optional.of(2)
optional.none().optMap(x, x + 1) == optional.none()
optional.of([1]).optFlatMap(l, l[?0]) == optional.of(1)
{"a": 1}.?a == optional.of(1)
{"a": 1}.?b.orValue(5) == 5
{"a": {"b": 1}}.?a.?b.value() == 1
{"a": 1}[?"a"].value() == 1
[1][?0].value() == 1 && ![1][?5].hasValue()
[1][?-1].hasValue()
{?"a": optional.none()} == {}
{?"a": optional.of(1)} == {"a": 1}
[?optional.of(1), ?optional.none(), 2] == [1, 2]
{?"a": 1} == {}
optional.unwrap([optional.of(1), optional.none()]) == [1]
[optional.of(1), optional.none()].unwrapOpt() == [1]
"x".orValue("y") == "x"
type(optional.none()) == optional_type
quantity("1Gi") == quantity("1024Mi")
quantity("1") == quantity("1000m")
quantity("1").isInteger() && !quantity("1.5").isInteger()
quantity("9999999999999999999").isInteger()
quantity("1k").asInteger() == 1000
quantity("1.5").asInteger() == 1
quantity("1.5").asApproximateFloat() == 1.5
quantity("50m").sign() == 1 && quantity("-1").sign() == -1 && quantity("0").sign() == 0
quantity("1").add(quantity("2")) == quantity("3")
quantity("1").add(2) == quantity("3")
quantity("1").sub(quantity("2")) == quantity("-1")
quantity("1Gi").compareTo(quantity("1G")) == 1
quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("1m").isLessThan(quantity("1"))
isQuantity("1.3Gi") && !isQuantity("1.3Gb") && !isQuantity("")
isQuantity("1e3") && isQuantity("1E3") && isQuantity("+1") && isQuantity(".5") && isQuantity("5.")
isQuantity("1Ki") && isQuantity("1ki")
isQuantity(" 1")
quantity("1e3").asInteger() == 1000
quantity("200M") == quantity("0.2G")
quantity("x") == quantity("1")
quantity("1Ei").asInteger() == 1152921504606846976
quantity("8Ei").isInteger()
quantity("0.0000000001").sign() == 1
quantity("1") > quantity("0")
string(quantity("1")) == "1"
ip("10.0.0.1") == ip("10.0.0.1")
ip("::1") == ip("0:0:0:0:0:0:0:1")
ip("127.0.0.1").isLoopback() && ip("::1").isLoopback()
ip("10.0.0.1").family() == 4 && ip("::1").family() == 6
ip("0.0.0.0").isUnspecified() && ip("224.0.0.1").isLinkLocalMulticast()
ip("169.254.1.1").isLinkLocalUnicast() && ip("8.8.8.8").isGlobalUnicast()
isIP("10.0.0.1") && !isIP("10.0.0.256") && !isIP("10.0.0.01")
isIP("::ffff:10.0.0.1")
isIP("fe80::1%eth0")
isIP("10.0.0.0/8")
ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1")
ip.isCanonical("nonsense")
ip("nonsense").family() == 4
string(ip("2001:DB8::1")) == "2001:db8::1"
cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsIP("11.0.0.1")
cidr("10.0.0.0/8").containsIP(ip("10.1.2.3"))
cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && cidr("10.0.0.0/8").containsCIDR(cidr("10.0.0.0/8"))
cidr("10.0.0.0/16").containsCIDR("10.0.0.0/8")
cidr("10.0.0.0/8").containsIP("::1")
cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8")
cidr("10.1.2.3/8").ip() == ip("10.1.2.3")
cidr("10.0.0.0/8").prefixLength() == 8
cidr("10.0.0.0/8") == cidr("10.0.0.0/08")
isCIDR("10.0.0.0/8") && isCIDR("::/0") && !isCIDR("10.0.0.0/33") && !isCIDR("10.0.0.0")
isCIDR("::ffff:10.0.0.0/104")
string(cidr("2001:DB8::/32")) == "2001:db8::/32"
cidr("nonsense").prefixLength() == 8
cidr("10.0.0.0/8").containsIP("nonsense")
url("https://a.example:80/b/c?d=e&d=f#g").getHost() == "a.example:80"
url("https://a.example:80/b/c?d=e").getHostname() == "a.example" && url("https://a.example:80/").getPort() == "80"
url("https://a.example/b%20c").getEscapedPath() == "/b%20c"
url("https://a/?d=e&d=f").getQuery() == {"d": ["e", "f"]}
url("https://a/").getScheme() == "https"
url("https://[::1]:80/").getHostname() == "::1"
isURL("https://a") && !isURL("a") && isURL("/a/b") && !isURL("../a")
isURL("https://a:b") || isURL("https://a b")
isURL("mailto:a@b") && url("mailto:a@b").getHost() == ""
url("https://u:p@h/").getHost() == "h"
url("nonsense").getHost() == ""
semver("1.2.3") == semver("1.2.3+build")
semver("1.2.3") < semver("1.2.4")
semver("1.2.3").compareTo(semver("1.10.0")) == -1
semver("1.0.0-alpha").isLessThan(semver("1.0.0"))
semver("1.2.3").major() == 1 && semver("1.2.3").minor() == 2 && semver("1.2.3").patch() == 3
isSemver("1.2.3-rc.1+b") && !isSemver("v1.2.3") && !isSemver("1.2") && !isSemver("01.2.3")
isSemver("v1.2", true) && semver("v1.2", true) == semver("1.2.0")
isSemver("01.02.03", true)
semver("v1.0").major() == 1
format.dns1123Label().validate("my-label") == optional.none()
format.dns1123Label().validate("My_Label").hasValue()
format.dns1123Label().validate("My_Label").value()[0].startsWith("a lowercase")
format.dns1123Subdomain().validate("a.b.c") == optional.none()
format.dns1035Label().validate("1a").hasValue()
format.qualifiedName().validate("a/b") == optional.none()
format.labelValue().validate("a b").hasValue()
format.uri().validate("https://a") == optional.none()
format.uuid().validate("123e4567-e89b-12d3-a456-426614174000") == optional.none()
format.byte().validate("aGk=") == optional.none() && format.byte().validate("a").hasValue()
format.date().validate("2024-02-30").hasValue()
format.datetime().validate("2024-01-01T00:00:00Z") == optional.none()
format.named("dns1123Label").hasValue() && !format.named("nothing").hasValue()
format.nothing().validate("a") == optional.none()
authorizer.path("/healthz").check("get").allowed()
jsonpatch.escapeKey("a/b") == "a~1b"
proto.hasExt(1, 2)
now() > timestamp("2024-01-01T00:00:00Z")
`
  .split('\n')
  .filter((line) => line.trim() !== '');
