"""Shows that scripts/tsan-reports tells reports of our own from those of libraries."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SIFT = pathlib.Path(__file__).parents[1] / "tsan-reports"


def race(first, second, origin="server/server.cc:1"):
    """A report of a race between two accesses with these innermost frames."""
    return f"""==================
WARNING: ThreadSanitizer: data race (pid=7)
  Write of size 8 at 0x7b0400000010 by thread T2:
    #0 memcpy <null> (libtsan.so.2+0x1)
    #1 F() {first} (florind+0x1)
    #2 Below() /home/me/florin/actors/ledger/sequencer.cc:9 (florind+0x2)

  Previous read of size 8 at 0x7b0400000010 by thread T3 (mutexes: write M1):
    #0 G() {second} (florind+0x3)

  Location is heap block of size 8 at 0x7b0400000010 allocated by thread T1:
    #0 operator new(unsigned long) <null> (libtsan.so.2+0x2)
    #1 H() /home/me/florin/{origin} (florind+0x4)

SUMMARY: ThreadSanitizer: data race in F()
==================
"""


def sift(*logs):
    """The exit code and the last line of the output."""
    with tempfile.TemporaryDirectory() as root:
        paths = []
        for number, text in enumerate(logs):
            paths.append(pathlib.Path(root, str(number)))
            paths[-1].write_text(text)
        command = [sys.executable, str(SIFT), *map(str, paths)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout.splitlines()[-1]


class TsanReportsTest(unittest.TestCase):
    def test_no_log_at_all_fails(self):
        result = subprocess.run([sys.executable, str(SIFT)], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("there are no logs", result.stderr)

    def test_no_report_passes(self):
        self.assertEqual(sift("all is well\n"), (0, "0 reports in 1 logs, 0 of them true"))

    def test_what_the_server_gets_from_grpc_passes(self):
        log = race("/home/me/florin/server/rpc/unary_call.cc:20", "<null>")
        self.assertEqual(sift(log), (0, "1 reports in 1 logs, 0 of them true"))

    def test_either_side_counts(self):
        ours = "/home/me/florin/actors/ledger/decider.cc:20"
        theirs = "/home/me/florin/server/rpc/unary_call.cc:20"
        for log in (race(ours, theirs), race(theirs, ours)):
            self.assertEqual(sift(log), (1, "1 reports in 1 logs, 1 of them true"))

    def test_a_value_that_is_copied_counts_as_where_it_is_copied(self):
        theirs = "/home/me/florin/server/rpc/unary_call.cc:20"
        copy = "/home/me/florin/actors/groups.h:35"
        report = race(copy, theirs).replace("#1 F()", "#1 florin::actors::View::View(florin::actors::View const&)")
        above = report.replace("actors/ledger/sequencer.cc:9", "tests/server/scripted_groups.h:9")
        self.assertEqual(sift(above), (0, "1 reports in 1 logs, 0 of them true"))
        self.assertEqual(sift(report), (1, "1 reports in 1 logs, 1 of them true"))
        self.assertEqual(sift(race(copy, theirs)), (1, "1 reports in 1 logs, 1 of them true"))

    def test_a_mutex_that_protobuf_locked_passes(self):
        log = """==================
WARNING: ThreadSanitizer: unlock of an unlocked mutex (or by a wrong thread) (pid=7)
    #0 pthread_mutex_unlock sanitizer_common_interceptors.inc:4338 (libtsan.so.2+0x4)
    #1 {0} <null> (florind+0x1)
    #2 TestBody /home/me/florin/tests/integration/a_test.cc:52 (florind+0x2)

SUMMARY: ThreadSanitizer: unlock of an unlocked mutex
==================
"""
        self.assertEqual(sift(log.format("florin::v1::Ask::ByteSizeLong()"))[0], 0)
        self.assertEqual(sift(log.format("florin::actors::Ask::Unlock()"))[0], 1)

    def test_paths_from_the_build_directory_count(self):
        log = race("../../storage/books/head_cache.cc:20", "<null>")
        self.assertEqual(sift(log, log), (1, "2 reports in 2 logs, 2 of them true"))

    def test_the_actor_framework_counts(self):
        log = race("/home/me/florin/build/caf/libcaf_core/src/scheduled_actor.cpp:4", "<null>")
        self.assertEqual(sift(log), (1, "1 reports in 1 logs, 1 of them true"))

    def test_where_memory_comes_from_does_not_count(self):
        log = race("/home/me/florin/server/a.cc:1", "<null>", "actors/ledger/flight.cc:3")
        self.assertEqual(sift(log), (0, "1 reports in 1 logs, 0 of them true"))

    def test_other_kinds_count_too(self):
        log = """==================
WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=7)
  Cycle in lock order graph: M1 (0x1) => M2 (0x2) => M1

  Mutex M2 acquired here while holding mutex M1 in main thread:
    #0 pthread_mutex_lock <null> (libtsan.so.2+0x1)
    #1 F() /home/me/florin/actors/ledger/account_cell.cc:9 (florind+0x1)

  Mutex M1 acquired here while holding mutex M2 in thread T1:
    #0 pthread_mutex_lock <null> (libtsan.so.2+0x1)
    #1 G() /home/me/florin/actors/ledger/commit_queue.cc:9 (florind+0x1)
==================
"""
        self.assertEqual(sift(log), (1, "1 reports in 1 logs, 1 of them true"))

    def test_what_is_no_race_counts_in_every_folder_of_ours(self):
        freed = race("/home/me/florin/server/a.cc:1", "<null>").replace("data race", "heap-use-after-free")
        self.assertEqual(sift(freed), (1, "1 reports in 1 logs, 1 of them true"))
        theirs = race("<null>", "<null>").replace("data race", "heap-use-after-free")
        theirs = theirs.replace("/home/me/florin/actors", "/usr/include")
        self.assertEqual(sift(theirs), (0, "1 reports in 1 logs, 0 of them true"))

    def test_a_deadly_signal_counts(self):
        log = """ThreadSanitizer:DEADLYSIGNAL
==7==ERROR: ThreadSanitizer: SEGV on unknown address 0x000000000000 (pc 0x1 bp 0x2 sp 0x3 T8)
==7==The signal is caused by a READ memory access.
    #0 F() /home/me/florin/server/a.cc:1 (florind+0x1)
"""
        self.assertEqual(sift(log), (1, "1 reports in 1 logs, 1 of them true"))


if __name__ == "__main__":
    unittest.main()
