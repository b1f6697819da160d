import type { Files, Path } from 'heddle'
import type { Task } from './tasks.ts'

/** Two tasks that name the same file. */
export interface Meeting {
  readonly tasks: readonly [string, string]
  readonly paths: readonly string[]
}

const mostWords = 400

/** Tasks that will probably change the same: they say so, or the same file of the project stands in both. */
export async function findMeetings(tasks: readonly Task[], files: Files): Promise<readonly Meeting[]> {
  const named = await Promise.all(tasks.map((task) => filesNamedIn(task, files)))
  return tasks.flatMap((task, index) =>
    tasks.slice(index + 1).flatMap((other, after): Meeting[] => {
      const paths = [...named[index]!].filter((path) => named[index + 1 + after]!.has(path)).toSorted()
      return paths.length > 0 ? [{ tasks: [task.name, other.name], paths }] : []
    }),
  )
}

async function filesNamedIn({ prompt, touches }: Task, files: Files): Promise<ReadonlySet<string>> {
  const words = prompt
    .split(/[\s"'`(),;<>]+/)
    .map((word) => word.replace(/^\.\//, '').replace(/[.:!?]+$/, ''))
    .filter((word) => /^[^\0]*[./][^\0]*$/.test(word))
    .slice(0, mostWords)
  const found = await Promise.all(words.map((word) => isFile(files, word)))
  return new Set([...touches, ...words.filter((_, index) => found[index])])
}

async function isFile(files: Files, word: string): Promise<boolean> {
  try {
    return (await files.stat(word as Path))?.type === 'file'
  } catch {
    return false
  }
}
