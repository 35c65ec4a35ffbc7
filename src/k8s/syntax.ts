/** The syntax of Kubernetes names, label keys, label values and port names, as k8s.io/apimachinery's validation package has it. */

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const dns1123Label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const dns1123Subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const portName = /^[-a-z0-9]+$/;

/** IsDNS1123Label: at most 63 characters. */
export const isDnsLabel = (text: string): boolean => text.length <= 63 && dns1123Label.test(text);

/** IsDNS1123Subdomain: at most 253 characters. */
export const isDnsSubdomain = (text: string): boolean => text.length <= 253 && dns1123Subdomain.test(text);

/** IsValidLabelValue: at most 63 characters, may be empty. */
export const isLabelValue = (text: string): boolean => text.length <= 63 && labelValue.test(text);

/** IsQualifiedName: an optional DNS subdomain and a slash, then a name of at most 63 characters. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf('/');
  const name = slash < 0 ? text : text.slice(slash + 1);
  if (name.length > 63 || !qualifiedPart.test(name)) return false;
  return slash < 0 || isDnsSubdomain(text.slice(0, slash));
}

/** IsValidPortName: 1 to 15 characters of `[-a-z0-9]` with a letter, no `--`, no hyphen at either end. */
export const isPortName = (text: string): boolean =>
  text.length >= 1 &&
  text.length <= 15 &&
  portName.test(text) &&
  /[a-z]/.test(text) &&
  !text.includes('--') &&
  !text.startsWith('-') &&
  !text.endsWith('-');
