/*
 * `npm run bench:engine`: what the graph engine costs, each figure in multiples of onnxruntime's bare forward pass of the original ONNX
 * file where it is a time. The networks are built here with seeded random weights and written as files, see networks/.
 */
import { writeFile } from 'node:fs/promises';
import { help, type Options, readOptions } from './engine/options';
import type { Figure, Report, Section } from './engine/section';
import { speed } from './engine/speed';
import { answerAsChild } from './resources/cases';
import { compile, memory } from './resources/sections';

/** Every part of the benchmark, in the order in which they run. */
const sections: readonly Section[] = [speed, memory, compile];

function reporter(quiet: boolean): Report & { readonly figures: Figure[] } {
  const figures: Figure[] = [];
  const line = (text: string) => {
    if (!quiet) process.stdout.write(`${text}\n`);
  };
  return {
    figures,
    line,
    figure: (figure) => {
      figures.push(figure);
      const { what, value, unit, target } = figure;
      const verdict = target === undefined ? '' : `   target ≤ ${target}: ${value <= target ? 'met' : 'missed'}`;
      line(`  ${what.padEnd(44)} ${value.toFixed(2).padStart(8)} ${unit}${verdict}`);
    },
  };
}

async function run(options: Options): Promise<void> {
  const report = reporter(options.json === '-');
  const machine = `${process.version} on ${process.platform}-${process.arch}, ${options.threads} threads`;
  report.line(
    `${machine}; ${options.exporter} exporter; medians of ${options.times} runs and more, ${options.clock} time.`,
  );
  for (const section of sections) {
    if (options.sections.length > 0 && !options.sections.includes(section.flag)) continue;
    report.line(`\n${section.title}\n`);
    await section.run(options, report);
  }
  if (options.json === null) return;
  const { threads, exporter, clock } = options;
  const text = `${JSON.stringify({ node: process.version, threads, exporter, clock, figures: report.figures }, null, 2)}\n`;
  if (options.json === '-') process.stdout.write(text);
  else await writeFile(options.json, text);
}

async function main(args: readonly string[]): Promise<void> {
  if (await answerAsChild(args)) return;
  if (args.includes('--help'))
    process.stdout.write(`${help}\nSections: ${sections.map(({ flag }) => flag).join(', ')}\n`);
  else
    await run(
      readOptions(
        args,
        sections.map(({ flag }) => flag),
      ),
    );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
