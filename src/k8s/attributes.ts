/** admission.Attributes: what one AdmissionRequest asks for, read once and used by every rule. */
import type { JsonObject } from './json.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface UserInfo {
  readonly username: string;
  readonly groups: readonly string[];
}

/** `resource` is the plural (`pods`), `subresource` is empty for the object itself, `name` is empty while generateName is pending. */
export interface Attributes {
  readonly uid: string;
  readonly operation: Operation;
  readonly dryRun: boolean;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: UserInfo;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  /** The AdmissionRequest as the API server sent it, where one did: expressions read more of it than is listed above. */
  readonly request?: JsonObject;
  /** The bytes of the whole review, where it came as bytes. */
  readonly source?: Uint8Array;
}
