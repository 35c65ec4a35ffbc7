/** Rules of matchConstraints that load and can match nothing that there is. */
import type { Document } from '../config/document.ts';
import type { Issue } from '../config/issue.ts';
import type { PolicySpec } from './schema.ts';

/** A kind in place of a resource, a version in place of a group, a name for the core group. */
export function matchWarnings({ matchConstraints }: PolicySpec, document: Document): readonly Issue[] {
  return (matchConstraints.resourceRules ?? []).flatMap(({ apiGroups, resources }, index) => {
    const pointer = `/spec/matchConstraints/resourceRules/${index}`;
    return [
      ...resources.flatMap((text, at) =>
        /[A-Z]/.test(text)
          ? [
              placed(
                `${pointer}/resources/${at}`,
                `"${text.slice(0, 80)}" is no resource: those are plurals in lower case, such as pods`,
                document,
              ),
            ]
          : [],
      ),
      ...apiGroups.flatMap((text, at) => {
        const hint = groupHint(text);
        return hint === undefined ? [] : [placed(`${pointer}/apiGroups/${at}`, hint, document)];
      }),
    ];
  });
}

function groupHint(text: string): string | undefined {
  if (text.includes('/')) return `"${text.slice(0, 80)}" is no API group: write the version into apiVersions`;
  return text === 'core' || text === 'v1' ? `the core group is written "", not "${text}"` : undefined;
}

const placed = (pointer: string, message: string, document: Document): Issue => ({
  code: 'guardrail.match',
  pointer,
  message,
  file: document.file,
  ...document.positionOf(pointer),
});
