/** Prints what a sample found, with the most memory that the process held so far, in MB. */
export function say(facts: { readonly ms: number; readonly [name: string]: unknown }): void {
  console.log(JSON.stringify({ ...facts, rss: process.resourceUsage().maxRSS / 1024 }))
}
