"""The reader of metrics refuses what Prometheus would, and what would mislead it."""

from __future__ import annotations

import math
import unittest

from live.support.metrics_text import FormatError, Metrics

GAUGE = "# HELP g what it is\n# TYPE g gauge\n"
HISTOGRAM = "# HELP h what it is\n# TYPE h histogram\n"
GOOD = ('h_bucket{a="x",le="0.1"} 1\nh_bucket{a="x",le="2"} 1\nh_bucket{a="x",le="+Inf"} 3\n'
        'h_sum{a="x"} 7.5\nh_count{a="x"} 3\n')


class MetricsTextTest(unittest.TestCase):
    def test_reads_values_and_histograms(self) -> None:
        metrics = Metrics("# HELP e nothing yet\n# TYPE e counter\n" + GAUGE + 'g{a="x",b="a \\"word\\", and {more}"} 4\ng -1.5\n' + HISTOGRAM + GOOD)
        self.assertEqual(metrics.value("g"), -1.5)
        self.assertEqual(metrics.value("g", a="x", b='a \\"word\\", and {more}'), 4)
        histogram = metrics.histogram("h", a="x")
        self.assertEqual(histogram.buckets, {0.1: 1, 2: 1, math.inf: 3})
        self.assertEqual((histogram.sum, histogram.count), (7.5, 3))
        self.assertEqual(metrics.labels("h", "a"), {"x"})

    def test_refuses_what_is_wrong(self) -> None:
        wrong = {
            "nothing of it is declared": "g 1\n",
            "no type": "# HELP g what it is\ng 1\n",
            "a type of another": "# HELP g what it is\n# TYPE f gauge\ng 1\n",
            "no such type": "# HELP g what it is\n# TYPE g gouge\ng 1\n",
            "declared twice": GAUGE + "g 1\n" + GAUGE + "g 2\n",
            "of another metric": GAUGE + "f 1\n",
            "twice": GAUGE + 'g{a="x",b="y"} 1\ng{b="y",a="x"} 1\n',
            "a label twice": GAUGE + 'g{a="x",a="y"} 1\n',
            "nothing but help": "# HELP g what it is\n",
            "no number": GAUGE + "g 1x\n",
            "cut off": GAUGE + "g 1",
            "an empty line": GAUGE + "g 1\n\n",
            "a quote that is not escaped": GAUGE + 'g{a="x"y"} 1\n',
            "parts of what is no histogram": GAUGE + "g_sum 1\n",
            "a histogram with a plain sample": HISTOGRAM + "h 1\n",
            "a bucket without bound": HISTOGRAM + GOOD.replace(',le="2"', ""),
            "a sum with a bound": HISTOGRAM + GOOD.replace('h_sum{a="x"', 'h_sum{a="x",le="1"'),
            "bounds that do not ascend": HISTOGRAM + GOOD.replace('"2"', '"0.01"'),
            "counts that go down": HISTOGRAM + GOOD.replace('le="0.1"} 1', 'le="0.1"} 2'),
            "a count that is another": HISTOGRAM + GOOD.replace('h_count{a="x"} 3', 'h_count{a="x"} 4'),
            "without +Inf": HISTOGRAM + GOOD.replace('h_bucket{a="x",le="+Inf"} 3\n', ""),
            "without sum": HISTOGRAM + GOOD.replace('h_sum{a="x"} 7.5\n', ""),
        }
        for why, text in wrong.items():
            with self.subTest(why), self.assertRaises(FormatError):
                Metrics(text)
