import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** How a program ended, with all that it printed. */
export interface Ended {
  readonly status: number
  readonly output: string
}

/** One line of a document that is typed into a shell, and what its comment promises. */
export interface CommandExample {
  readonly words: readonly string[]
  /** 0 unless the comment says `exits N`. */
  readonly status: number
  /** What the comment says that it needs, as in `needs a running Redis`; undefined when nothing. */
  readonly needs: string | undefined
}

/** The texts of the fenced blocks of a language, in order. */
export function blocksOf(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1]!,
  )
}

/** Reads a line with words in double quotes and a comment. */
export function readCommand(line: string): CommandExample {
  const [command, comment = ''] = line.split(/\s+#\s*/)
  return {
    words: [...command!.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!),
    status: Number(/exits (\d+)/.exec(comment)?.[1] ?? 0),
    needs: /needs a running \w+/.exec(comment)?.[0],
  }
}

/** Runs a program in a folder without colours; one that could not be started or was ended from outside has status 1. */
export function run(program: string, words: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      words,
      { cwd, env: { ...process.env, NO_COLOR: '1', CI: '1' } },
      (error, stdout, stderr) => {
        const code = error ? ((error as { code?: unknown }).code ?? 1) : 0
        resolve({ status: typeof code === 'number' ? code : 1, output: stdout + stderr })
      },
    )
  })
}

/** Compiles all TypeScript files of a folder `test/NAME/` as strictly as our own sources, and writes nothing. */
export function compile(folder: string): Promise<Ended> {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { rootDir: '../..' },
      include: ['*.ts'],
      exclude: [],
    }),
  )
  return run(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', folder],
    root,
  )
}
