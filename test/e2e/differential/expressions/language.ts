// The language itself: literals, arithmetic, comparison, logic, strings, conversions.

export const language: readonly string[] = String.raw`
true
false
!true
!!true
true && false || true
true ? false : true
1 == 1
1 + 2 * 3 == 7
(1 + 2) * 3 == 9
-7 / 2 == -3
-7 % 2 == -1
7 % -2 == 1
1 - 2 - 3 == -4
0x1F == 31
-0x10 == -16
0xFFu == 255u
1u + 2u == 3u
1u - 2u == 0u
18446744073709551615u > 1u
18446744073709551615u + 1u > 0u
9223372036854775807 + 1 > 0
-9223372036854775808 < 0
9223372036854775808 > 0
-(-9223372036854775807 - 1) > 0
(-9223372036854775807 - 1) / -1 > 0
(-9223372036854775807 - 1) % -1 == 0
9223372036854775807 * 2 > 0
1.5 + 1.5 == 3.0
1e3 == 1000.0
1.0 / 0.0 > 1e308
0.0 / 0.0 == 0.0 / 0.0
0.0 / 0.0 != 0.0 / 0.0
-0.0 == 0.0
1 / 0 == 1
1 % 0 == 1
1.0 % 2.0 == 1.0
.5 == 0.5
5. == 5.0
1e400 > 1.0
0.1 + 0.2 == 0.3
1 == 1.0
1 == 1u
1u == 1.0
1 < 1.5
1 < 2u
2.5 > 2u
-1 < 0u
1 == "1"
dyn(1) == dyn("1")
dyn(1) == dyn(1.0)
dyn(1) == dyn(1u)
dyn(2) > dyn(1.5)
dyn("a") > dyn(1)
[1] == [1.0]
[dyn(1)] == [dyn(1.0)]
{"a": 1} == {"a": 1.0}
{"a": dyn(1)} == {"a": dyn(1.0)}
1 in [1.0]
dyn(1) in [dyn(1.0), dyn(2.0)]
null == null
null == dyn(1)
dyn(null) == null
type(null) == null_type
type(1) == int
type(1u) == uint
type(1.0) == double
type("") == string
type(b"") == bytes
type(true) == bool
type([]) == list
type({}) == map
type(type(1)) == type
type(duration("1s")) == google.protobuf.Duration
type(timestamp("2024-01-01T00:00:00Z")) == google.protobuf.Timestamp
type(1) == type(2)
int == int
"a" + "b" == "ab"
"a" < "b"
"a" < "B"
"é" > "z"
"😀" > "ﬀ"
"abc".size() == 3
size("é😀") == 2
b"é".size() == 2
size(b"\xff\x00") == 2
b"abc" == b"\x61\x62\x63"
b"abc" < b"abd"
b"a" + b"b" == b"ab"
"\x41" == "A"
"\u00e9" == "é"
"\U0001F600" == "😀"
"\101" == "A"
b"\377".size() == 1
"\a\b\f\n\r\t\v".size() == 7
"\\" == r"\"
r"\n".size() == 2
R"\d+" == "\\d+"
'single' == "single"
"""triple"""  == "triple"
'''it's''' == "it's"
"\?\"\'" == "?\"'"
"\q" == "q"
"\ud800" == "x"
"\u12" == "x"
"a" "b" == "ab"
"unclosed
'a" == "a"
"tab	inside".size() == 10
"abc".contains("b")
"abc".contains("")
"".contains("a")
"abc".startsWith("ab") && "abc".endsWith("bc")
"abc".startsWith("")
"abc".matches("^a.c$")
"abc".matches("b")
"abc".matches("(?i)ABC")
"a\nb".matches("a.b")
"a\nb".matches("(?s)a.b")
"abc".matches("(?P<x>a)")
"abc".matches("a(?=b)")
"abc".matches("(a)\\1")
"abc".matches("[")
"abc".matches("a{1,1001}")
"é".matches("^\\w$")
"é".matches("^\\pL$")
matches("abc", "b+")
"x".matches(r"^\Qx\E$")
int("42") == 42
int("-42") == -42
int("+42") == 42
int(" 42") == 42
int("0x10") == 16
int("1_0") == 10
int("") == 0
int("9223372036854775808") > 0
int(1.9) == 1
int(-1.9) == -1
int(1e19) > 0
int(9223372036854775807.0) > 0
int(0.0 / 0.0) == 0
int(5u) == 5
int(18446744073709551615u) > 0
int(timestamp("1970-01-01T00:01:00Z")) == 60
int(duration("1m")) == 60
int(true) == 1
uint("42") == 42u
uint(-1) == 1u
uint(1.9) == 1u
uint(-0.5) == 0u
uint("-1") == 1u
double("1.5") == 1.5
double("1e400") > 1.0
double("NaN") != double("NaN")
double("Infinity") > 1.0
double("-inf") < 0.0
double("0x1p4") == 16.0
double(1) == 1.0
double(9007199254740993) == 9007199254740992.0
string(1) == "1"
string(1u) == "1"
string(1.0) == "1"
string(1.5) == "1.5"
string(1e21) == "1e+21"
string(1e20) == "100000000000000000000"
string(123456789.0) == "1.23456789e+08"
string(0.000001) == "1e-06"
string(-0.0) == "-0"
string(true) == "true"
string(b"abc") == "abc"
string(b"\xff") == "x"
string(duration("90m")) == "5400s"
string(duration("1.5s")) == "1.5s"
string(timestamp("2024-01-02T03:04:05.006Z")) == "2024-01-02T03:04:05.006Z"
string(timestamp("2024-01-02T03:04:05+01:00")) == "2024-01-02T02:04:05Z"
string(null) == "null"
string("x") == "x"
string([1]) == "[1]"
bytes("é") == b"\xc3\xa9"
bool("true") && bool("1") && bool("t") && bool("TRUE")
bool("yes")
bool("tRUE")
bool(1)
dyn("x") == "x"
dyn(true)
dyn(true) == true
type(dyn(1)) == int
duration("1h30m") == duration("90m")
duration("1d") > duration("1h")
duration("1.5h").getMinutes() == 90
duration("-1s") < duration("0")
duration("100ms").getMilliseconds() == 100
duration("1h").getHours() == 1 && duration("61s").getSeconds() == 61
duration("1x") == duration("1s")
duration("9999999h") > duration("1s")
duration("1s") + duration("2s") == duration("3s")
timestamp("2024-02-29T00:00:00Z") + duration("24h") == timestamp("2024-03-01T00:00:00Z")
timestamp("2024-01-02T00:00:00Z") - timestamp("2024-01-01T00:00:00Z") == duration("24h")
timestamp("2024-01-01T00:00:00Z").getFullYear() == 2024
timestamp("2024-01-01T00:00:00Z").getMonth() == 0
timestamp("2024-01-01T00:00:00Z").getDate() == 1 && timestamp("2024-01-01T00:00:00Z").getDayOfMonth() == 0
timestamp("2024-01-01T00:00:00Z").getDayOfWeek() == 1 && timestamp("2024-12-31T00:00:00Z").getDayOfYear() == 365
timestamp("2024-01-01T23:00:00Z").getHours("+02:00") == 1
timestamp("2024-07-01T12:00:00Z").getHours("Europe/Berlin") == 14
timestamp("2024-01-01T12:00:00Z").getHours("Nowhere/City") == 14
timestamp("2024-01-01T12:00:00.123Z").getMilliseconds() == 123
timestamp("2024-13-01T00:00:00Z") > timestamp("2024-01-01T00:00:00Z")
timestamp("2023-02-29T00:00:00Z") > timestamp("2024-01-01T00:00:00Z")
timestamp("2024-01-01") > timestamp("2023-01-01T00:00:00Z")
timestamp("0001-01-01T00:00:00Z") < timestamp("9999-12-31T23:59:59.999999999Z")
timestamp("9999-12-31T23:59:59Z") + duration("1h") > timestamp("2024-01-01T00:00:00Z")
timestamp("2024-01-01T00:00:60Z") > timestamp("2023-01-01T00:00:00Z")
timestamp("2024-01-01t00:00:00z") > timestamp("2023-01-01T00:00:00Z")
timestamp(0) == timestamp("1970-01-01T00:00:00Z")
timestamp(1704067200) == timestamp("2024-01-01T00:00:00Z")
true == !false && (1 == 2 || 3 == 3)
1 + 1
"x"
[true]
nothing
object.nothing || true
a.b == 1
1 = 1
1 === 1
1 == 1 == true
1 < 2 < 3
!1
-true
-"x"
- -1 == 1
--1 == 1
1 + "a" == "1a"
"a" * 3 == "aaa"
[1] + [2] == [1, 2]
{"a": 1} + {"b": 2} == {}
true + true == 2
true && 1
1 || true
true ? 1 : "x"
(true ? 1 : 2) == 1
true ? true : 1 / 0 == 1
false ? 1 / 0 == 1 : true
dyn("x") ? true : false
[1, 2, 3][1] == 2
[1, 2, 3][3] == 2
[1, 2, 3][-1] == 3
[1, 2, 3][1.0] == 2
[1, 2, 3][1u] == 2
[1, 2, 3][dyn(1.5)] == 2
[][0] == 1
{"a": 1}["a"] == 1 && {"a": 1}.a == 1
{"a": 1}["b"] == 1
{"a": 1}.b == 1
{1: "a"}[1] == "a"
{1: "a"}[1u] == "a"
{1: "a"}[1.0] == "a"
{1u: "a"}[1] == "a"
{1: "a", 1: "b"}[1] == "b"
{"a": 1, "a": 2}.a == 2
{"a": 1, "a": 2} == {"a": 2}
{dyn(1): "a", dyn(1u): "b"}.size() == 2
{1: "a", 1.0: "b"}.size() == 1
{true: 1}[true] == 1
{1.5: 1}[1.5] == 1
{"__proto__": 1}["__proto__"] == 1
{"constructor": 1}.constructor == 1
has({"a": 1}.a) && !has({"a": 1}.b)
has({"a": null}.a)
has({}.a)
has(a)
has("a")
has([1].a)
"a" in {"a": 1}
"b" in {"a": 1}
1 in {"a": 1}
1 in [1, 2]
"x" in []
[1] in [[1], [2]]
1 in 1
"a" in "abc"
[1, "a"] == [1, "a"]
[1, null] == [1, null]
[dyn(1), dyn("a")].size() == 2
{"a": 1, "b": "x"}.size() == 2
[[1], ["a"]].size() == 2
[1, 2u].size() == 2
[1, 2.0].size() == 2
[{"a": 1}, {"b": "x"}].size() == 2
[[], [1]].size() == 2
[{}, {"a": 1}].size() == 2
[null].size() == 1
[1, 2,].size() == 2
{"a": 1,}.size() == 1
[,].size() == 0
true // a comment
true && // a comment
int
google.protobuf.Int32Value{value: 1} == 1
google.protobuf.Duration{seconds: 1} == duration("1s")
Object{} == Object{}
a.b{} == 1
b'\u00e9'.size() == 2
b"a" == "a"
1.e3 == 1000.0
1e == 1.0
0b1 == 1
1_000 == 1000
00 == 0
01 == 1
0xg == 1
1uu == 1u
1U == 1u
if
while == 1
in == 1
as == 1
loop
package
object.if == 1
object.in == 1
true.x == 1
"a".x == 1
1.x == 1
`
  .split('\n')
  .filter((line) => line.trim() !== '');
