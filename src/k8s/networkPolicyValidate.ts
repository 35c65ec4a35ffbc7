/** What the API server's validation says of ports and ipBlocks (pkg/apis/networking/validation/validation.go). */
import { isMapped, mappedBlock, parseCidr } from './cidr.ts';
import type { AddressRange } from './cidr.ts';
import type { Decoder } from './decoder.ts';
import type { IPBlock, PolicyPort } from './networkPolicy.ts';
import { isPortName } from './syntax.ts';

const isPortNumber = (port: number): boolean => port >= 1 && port <= 65535;

/** ValidateNetworkPolicyPort. */
export function checkPort(decoder: Decoder, { port, endPort }: PolicyPort, pointer: string): void {
  if (typeof port === 'string' && !isPortName(port)) {
    decoder.report(
      'port.name',
      `${pointer}/port`,
      `"${port.slice(0, 80)}" is no port name: at most 15 of [a-z0-9-] with a letter; write a port number without quotes`,
    );
  }
  if (typeof port === 'number' && !isPortNumber(port)) {
    decoder.report('port.number', `${pointer}/port`, `${port} must be between 1 and 65535`);
  }
  if (endPort === undefined) return;
  if (typeof port !== 'number') {
    decoder.report('port.endPort', `${pointer}/endPort`, 'endPort needs a numeric port');
  } else if (endPort < port) {
    decoder.report(
      'port.endPort',
      `${pointer}/endPort`,
      `${endPort} must be greater than or equal to port ${port}`,
    );
  } else if (!isPortNumber(endPort)) {
    decoder.report('port.endPort', `${pointer}/endPort`, `${endPort} must be between 1 and 65535`);
  }
}

/** ValidateIPBlock; `strict` adds what StrictIPCIDRValidation (on by default from 1.36) refuses in a new object. */
export function checkIPBlock(
  decoder: Decoder,
  { cidr, except }: IPBlock,
  pointer: string,
  strict: boolean,
): void {
  if (cidr === '') {
    decoder.report('ipBlock.cidr', `${pointer}/cidr`, 'cidr is required');
    return;
  }
  const outer = readBlock(decoder, cidr, `${pointer}/cidr`, strict);
  for (const [index, text] of except.entries()) {
    const at = `${pointer}/except/${index}`;
    const inner = readBlock(decoder, text, at, strict);
    if (outer === undefined || inner === undefined || isStrictSubset(inner, outer)) continue;
    decoder.report('ipBlock.except', at, `${text} must be a strict subset of ${cidr}`);
  }
}

function readBlock(
  decoder: Decoder,
  text: string,
  pointer: string,
  strict: boolean,
): AddressRange | undefined {
  const parsed = parseCidr(text);
  if (parsed === undefined) {
    decoder.report(
      'ipBlock.cidr',
      pointer,
      `"${text.slice(0, 80)}" is no CIDR; write for example 10.0.0.0/8 or fd00::/8`,
    );
    return undefined;
  }
  if (strict && !parsed.canonical) {
    decoder.report(
      'ipBlock.notCanonical',
      pointer,
      `${text} is not in canonical form (leading zeros, host bits, IPv4-mapped or unusual spelling); Kubernetes 1.36 refuses it`,
    );
    return undefined;
  }
  return parsed.block;
}

/** `cidr.Contains(except.IP) && maskLen(cidr) < maskLen(except)`, with Go's folding of IPv4-mapped addresses in Contains. */
function isStrictSubset(inner: AddressRange, outer: AddressRange): boolean {
  const [low, family] = isMappedAddress(inner)
    ? [inner.low - mappedBlock.low, 'IPv4']
    : [inner.low, inner.family];
  const folded = isMapped(outer)
    ? { family: 'IPv4', low: outer.low - mappedBlock.low, high: outer.high - mappedBlock.low }
    : outer;
  return family === folded.family && low >= folded.low && low <= folded.high && outer.prefix < inner.prefix;
}

const isMappedAddress = (block: AddressRange): boolean =>
  block.family === 'IPv6' && block.low >= mappedBlock.low && block.low <= mappedBlock.high;
