/** `bulkhead version`: which Bulkhead this is and what it runs on. */
import { arch, platform, versions } from 'node:process';
import { Option } from '@commander-js/extra-typings';
import type { Definition } from './command.ts';

export const define: Definition = (command, { terminal, run }) =>
  command
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .action(({ output }) =>
      run(() => {
        const facts = { version: terminal.version(), node: versions.node, platform: `${platform}-${arch}` };
        terminal.stdout.write(
          output === 'json'
            ? `${JSON.stringify(facts)}\n`
            : `bulkhead ${facts.version} (Node.js ${facts.node}, ${facts.platform})\n`,
        );
        return 0;
      }),
    );
