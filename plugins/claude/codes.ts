import type { CodeExplanations } from 'heddle'

const inOneLine = 'Write it in one line of the front matter, between two "---" lines at the top.'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'claude/agent-description': {
    means: 'An agent has no description, so that no host can choose it.',
    example: 'agents/reviewer.md without "description".',
    repair: inOneLine,
  },
  'claude/agent-name': {
    means: 'An agent has no name, or one that is no text.',
    example: 'agents/reviewer.md without "name".',
    repair: inOneLine,
  },
  'claude/allowed-tools': {
    means: 'The tools that are allowed are not a list of tools, so that a host may allow none or all.',
    example: 'allowed-tools: Bash(git add',
    repair: 'Write "allowed-tools: Read, Grep, Bash(git:*)".',
  },
  'claude/skill-body': {
    means: 'The body of a skill is longer than is advised; all of it is read whenever the skill is used.',
    example: 'A SKILL.md of two thousand lines.',
    repair: 'Move what is not always needed to files below references/ and refer to them.',
  },
  'claude/skill-compatibility': {
    means: 'What the skill needs is not said in a text of 1 to 500 characters.',
    example: 'compatibility: [git]',
    repair: 'Write one sentence, or leave the key out.',
  },
  'claude/skill-description': {
    means: 'A skill has no description, or one that hosts refuse; they choose a skill by it.',
    example: 'A description of more than 1024 characters.',
    repair: 'Say in one or two sentences what the skill does and when to use it.',
  },
  'claude/skill-license': {
    means: 'The licence of a skill is not a text.',
    example: 'license: true',
    repair: 'Write its name or the file that holds it, or leave the key out.',
  },
  'claude/skill-metadata': {
    means: 'The metadata of a skill is not a map from names to texts.',
    example: 'metadata: { version: 1.0 } — a number.',
    repair: 'Write values in quotes: version: "1.0".',
  },
  'claude/skill-name': {
    means: 'A skill has no name, or one that hosts refuse or that differs from its folder.',
    example: 'skills/review/SKILL.md with "name: Review Code".',
    repair: 'Name it like its folder: lower-case letters, digits and single hyphens.',
  },
  'claude/skill-reference': {
    means:
      "A reference leaves the skill's folder, which is all that is installed elsewhere, or lies deep below it.",
    example: '[style](../../docs/style.md) in a SKILL.md.',
    repair: 'Keep what the skill needs in its own folder, at most one level down.',
  },
  'claude/skill-tools': {
    means:
      'The tools of a skill are written as one host reads them, and the format of agent skills says otherwise.',
    example: 'allowed-tools: Read, Grep',
    repair: 'Write "allowed-tools: Read Grep Bash(git:*)" if other hosts are to read it.',
  },
  'claude/tools': {
    means: 'The tools of an agent are not a list of tools.',
    example: 'tools: Bash(git',
    repair: 'Write "tools: Read, Grep, Bash".',
  },
}
