import { parentPort, workerData } from 'node:worker_threads'
import { createMatcher, type MatchOptions } from './match-text.ts'

const { pattern, options } = workerData as { pattern: string; options: MatchOptions }
const matches = createMatcher(pattern, options)

parentPort!.on('message', (text: string) => parentPort!.postMessage(matches(text), []))
