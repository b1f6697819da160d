import { createHash } from 'node:crypto'
import { Session } from 'node:inspector'

/*
 * Checks one folder of so many modules for each number on the command line, and prints the steps that our own code took: calls
 * of functions and entries of blocks (loops, branches) below `core/` and `plugins/`, as the engine counts them. It counts only
 * what it sees being loaded, so this is a process of its own, and it imports late. What built-in functions do is not counted.
 */
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
const { createFramework } = await import('heddle')
const { memoryFiles } = await import('heddle/files')

/** The steps since the last call. */
function takeSteps(): number {
  let steps = 0
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error
    for (const { url, functions } of result)
      if (/\/(?:core|plugins)\/(?!.*\/node_modules\/)/.test(url))
        for (const { ranges } of functions) for (const { count } of ranges) steps += count
  })
  return steps
}

function nameOf(index: number): string {
  return createHash('sha1').update(String(index)).digest('hex').slice(0, 12)
}

/** Each names a neighbour in two ways, and two that never were; those are not nearly right, for that search has a limit. */
function crowd(count: number): Record<string, string> {
  const files: Record<string, string> = {}
  for (let index = 0; index < count; index++) {
    const next = nameOf((index * 7 + 1) % count)
    files[`.claude/modules/${nameOf(index)}.md`] =
      `---\ntitle: M ${index}\n---\n\nNeeds @modules/${next}.md, @modules/${next}-never-was.md, ` +
      `[gone](nowhere-at-all-${nameOf(index)}.md), \`${next}.md\`.\n`
  }
  return files
}

async function check(count: number): Promise<{ resolved: number; missing: number }> {
  const framework = await createFramework({ files: memoryFiles(crowd(count)), builtIn: false })
  const { references } = await framework.check()
  await framework.dispose()
  return references
}

await check(10)
takeSteps()
const counted: object[] = []
for (const count of process.argv.slice(2).map(Number)) {
  const { resolved, missing } = await check(count)
  counted.push({ resolved, missing, steps: takeSteps() })
}
process.stdout.write(JSON.stringify(counted))
