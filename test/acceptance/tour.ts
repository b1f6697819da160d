import { fileURLToPath } from 'node:url'
import { runCli } from '../../core/cli/args.ts'

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** What `npm start` shows, in order: each is a command that a reader can type. */
const steps: readonly { says: string; shown: string; words: readonly string[]; mayFind?: true }[] = [
  {
    says: 'The built-in modules, checked',
    shown: 'heddle check --root modules',
    words: ['check', '--root', here('modules')],
  },
  {
    says: '… and as a graph',
    shown: 'heddle graph --root modules',
    words: ['graph', '--root', here('modules')],
  },
  {
    says: 'A project with a framework of its own, checked',
    shown: 'heddle check --root fixtures/typescript-project',
    words: ['check', '--root', here('fixtures/typescript-project')],
    mayFind: true,
  },
  {
    says: '… and a command run on it: every operation that can run at once does',
    shown: 'heddle run task src/user-auth.ts --root fixtures/typescript-project',
    words: ['run', 'task', 'src/user-auth.ts', '--root', here('fixtures/typescript-project')],
    mayFind: true,
  },
  {
    says: 'Four checks of a second each, beside each other',
    shown: 'heddle run protocol --root fixtures/four-checks',
    words: ['run', 'protocol', '--root', here('fixtures/four-checks')],
  },
]

for (const { says, shown, words, mayFind } of steps) {
  process.stdout.write(`\n── ${says}\n   $ ${shown}\n`)
  const status = await runCli(words)
  if (status > (mayFind ? 1 : 0)) process.exitCode = status
}
process.stdout.write('\nNext: npm run heddle -- --help, or read README.md.\n')
