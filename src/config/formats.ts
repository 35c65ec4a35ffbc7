/** The written forms that strings of a configuration or a rule have: how to tell them and how to name them to a person. */
import { isIP } from 'node:net';

/** One form. Schemas name it in `format`; the generated JSON Schemas carry its `pattern`, for editors that know no such format. */
export interface Format {
  /** What a person should write, to follow "expected": an article, a noun, an example. */
  readonly expected: string;
  matches(text: string): boolean;
  /** The form as far as a regular expression can say it. */
  readonly pattern: string;
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const name = '[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?';

/** A form that its pattern says completely, but for a limit on its length. */
function form(expected: string, pattern: string, longest = Infinity): Format {
  const expression = new RegExp(pattern);
  return { expected, pattern, matches: (text) => text.length <= longest && expression.test(text) };
}

const wholeName = new RegExp(`^${name}$`);
const wholeSubdomain = new RegExp(`^${subdomain}$`);

/** IsQualifiedName of k8s.io/apimachinery: an optional DNS subdomain (253), a slash, a name (63). */
function isQualifiedName(text: string): boolean {
  const [last = '', prefix, ...more] = text.split('/').reverse();
  return (
    more.length === 0 &&
    last.length <= 63 &&
    wholeName.test(last) &&
    (prefix === undefined || (prefix.length <= 253 && wholeSubdomain.test(prefix)))
  );
}

/** Syntax only: an address, a slash, a prefix length that the family has. Whether host bits are set is for the room that reads CIDRs. */
function isCidr(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  const family = isIP(address);
  if (more.length > 0 || family === 0 || address.includes('%') || !/^(?:0|[1-9]\d{0,2})$/.test(length))
    return false;
  return Number(length) <= (family === 4 ? 32 : 128);
}

function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && !/[?#]/.test(text);
}

const protocolPort = /^(TCP|UDP|SCTP)\/([1-9]\d{0,4})$/;

const qualified = `^(${subdomain}/)?${name}$`;

/** Every form that this room knows, by the name that schemas use. */
export const formats: ReadonlyMap<string, Format> = new Map([
  [
    'labelKey',
    { expected: 'a label key such as bulkhead.dev/tenant', matches: isQualifiedName, pattern: qualified },
  ],
  ['labelValue', form('a label value: at most 63 letters, digits, "-", "_" and "."', `^(${name})?$`, 63)],
  ['namespaceName', form('a namespace name such as kube-system', `^${label}$`, 63)],
  ['namespacedName', form('NAMESPACE/NAME such as kube-system/calico-node', `^${label}/${subdomain}$`, 317)],
  [
    'resourceName',
    { expected: 'a resource name such as vendor.io/nic', matches: isQualifiedName, pattern: qualified },
  ],
  [
    'annotationPattern',
    {
      expected: 'an annotation key, or a prefix that ends in "/*" such as ipam.antrea.io/*',
      matches: (text) => isQualifiedName(text.endsWith('/*') ? `${text.slice(0, -1)}x` : text),
      pattern: `^(${subdomain}/\\*|(${subdomain}/)?${name})$`,
    },
  ],
  [
    'cidr',
    {
      expected: 'a CIDR such as 10.0.0.0/8 or fd00::/8',
      matches: isCidr,
      pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$',
    },
  ],
  [
    'ip',
    {
      expected: 'an IP address such as 0.0.0.0 or ::1',
      matches: (text) => isIP(text) !== 0,
      pattern: '^[0-9a-fA-F:.]+$',
    },
  ],
  [
    'protocolPort',
    {
      expected: 'PROTOCOL/PORT such as TCP/443',
      matches: (text) => Number(protocolPort.exec(text)?.[2]) <= 65_535,
      pattern: protocolPort.source,
    },
  ],
  ['duration', form('a time span such as 90d, 12h, 30m or 45s', '^[1-9][0-9]{0,5}[smhd]$')],
  [
    'httpsUrl',
    {
      expected: 'an https:// address without user, query or fragment',
      matches: isHttps,
      pattern: '^https://[^?#]+$',
    },
  ],
  ['path', form('a path', '^[^\\0]+$', 4_096)],
  ['name', form('a name without line breaks', '^[^\\0-\\x1f\\x7f]+$', 512)],
]);

const seconds = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/** The seconds in a text of the format `duration`; a text of another form is a bug of the caller. */
export function toSeconds(duration: string): number {
  const unit = seconds.get(duration.slice(-1));
  const count = Number(duration.slice(0, -1));
  if (unit === undefined || !Number.isInteger(count)) throw new TypeError(`not a duration: ${duration}`);
  return count * unit;
}

/** The parts of a text of the format `protocolPort`; a text of another form is a bug of the caller. */
export function toProtocolPort(text: string): {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
} {
  const [, protocol, port] = protocolPort.exec(text) ?? [];
  if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP')
    throw new TypeError(`not PROTOCOL/PORT: ${text}`);
  return { protocol, port: Number(port) };
}
