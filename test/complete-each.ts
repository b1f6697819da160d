import { runCli } from '../core/cli/args.ts'

/** Completes each of the lists of words on the command line in one process, and prints what was offered for each, as JSON. */
const offered: string[] = []
const write = process.stdout.write.bind(process.stdout)
for (const words of JSON.parse(process.argv[2]!) as string[][]) {
  let text = ''
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += chunk.toString()
    return true
  }
  await runCli(['complete', '--', ...words])
  offered.push(text)
}
process.stdout.write = write
write(JSON.stringify(offered))
