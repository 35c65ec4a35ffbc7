/** Writes completion scripts for shells from what there is to complete. */

export interface CompletedOption {
  readonly flags: readonly string[];
  readonly description: string;
  /** The words that its value may be; empty: anything, most likely a file. */
  readonly choices: readonly string[];
  readonly takesValue: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** The words that its first argument may be; empty: anything, most likely a file. */
  readonly choices: readonly string[];
}

const programs = 'bulkhead kubectl-bulkhead';

/** Words inside single quotes, for any shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A function that completes the first word as a command, and others as that command's options, choices or files. */
export function bashScript(all: readonly CompletedCommand[]): string {
  const cases = all.map(({ name, options, choices }) => {
    const valued = options.filter((option) => option.choices.length > 0);
    const files = options.filter((option) => option.takesValue && option.choices.length === 0);
    const lines = [
      `    ${name})`,
      '      case "$previous" in',
      ...valued.map(
        (option) => `        ${option.flags.join('|')}) words=${quoted(option.choices.join(' '))} ;;`,
      ),
      ...(files.length === 0 ? [] : [`        ${files.flatMap(({ flags }) => flags).join('|')}) files=1 ;;`]),
      '        *)',
      `          if [[ $current == -* ]]; then words=${quoted(options.flatMap(({ flags }) => flags).join(' '))}`,
      ...(choices.length === 0
        ? ['          else files=1']
        : [`          else words=${quoted(choices.join(' '))}`]),
      '          fi ;;',
      '      esac ;;',
    ];
    return lines.join('\n');
  });
  return `# bash completion for bulkhead; source it.
_bulkhead() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words= files=
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W ${quoted(`${all.map(({ name }) => name).join(' ')} help --help --version`)} -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    help) words=${quoted(all.map(({ name }) => name).join(' '))} ;;
${cases.join('\n')}
  esac
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _bulkhead ${programs}
`;
}

/** The same for zsh, with what each word means. */
export function zshScript(all: readonly CompletedCommand[]): string {
  const list = all.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n');
  const cases = all.map(({ name, options, choices }) => {
    const specs = options.flatMap(({ flags, description, choices: words, takesValue }) => {
      const text = description.replaceAll(/[[\]:]/g, (mark) => `\\${mark}`);
      const value = !takesValue ? '' : words.length > 0 ? `:value:(${words.join(' ')})` : ':value:_files';
      return flags.map((flag) => `      ${quoted(`*${flag}[${text}]${value}`)}`);
    });
    const argument = choices.length > 0 ? `1:what:(${choices.join(' ')})` : '*:path:_files';
    return `    ${name})\n      _arguments \\\n${[...specs, `      ${quoted(argument)}`].join(' \\\n')} ;;`;
  });
  return `#compdef ${programs}
# zsh completion for bulkhead; source it after compinit, or keep it as _bulkhead in a folder of fpath.
_bulkhead() {
  local -a commands
  commands=(
${list}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
    help) _describe command commands ;;
${cases.join('\n')}
  esac
}
compdef _bulkhead ${programs}
`;
}

/** The same for fish: a line for each word. */
export function fishScript(all: readonly CompletedCommand[]): string {
  const lines = programs.split(' ').flatMap((program) => [
    ...all.map(
      ({ name, summary }) =>
        `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(summary)}`,
    ),
    ...all.flatMap(({ name, options, choices }) => {
      const here = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
      return [
        ...(choices.length === 0 ? [] : [`${here} -f -a ${fishQuoted(choices.join(' '))}`]),
        ...options.map(({ flags, description, choices: words, takesValue }) => {
          const names = flags.map((flag) =>
            flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
          );
          const value = !takesValue ? '' : words.length > 0 ? ` -x -a ${fishQuoted(words.join(' '))}` : ' -r';
          return `${here} ${names.join(' ')}${value} -d ${fishQuoted(description)}`;
        }),
      ];
    }),
  ]);
  return `# fish completion for bulkhead; source it.\n${lines.join('\n')}\n`;
}

const fishQuoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
