"""Shows that scripts/check-includes finds what it is there to find."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[1] / "check-includes"


def run(files):
    """The check's exit code and output on a tree of `files` {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(CHECK), "--root", root]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout


class IncludeRulesTest(unittest.TestCase):
    def assert_refused(self, source, line, why):
        code, output = run({source: f"#pragma once\n{line}\n"})
        self.assertEqual(code, 1, output)
        self.assertIn(f"{source}:2: ", output)
        self.assertIn(why, output)

    def assert_allowed(self, files):
        self.assertEqual(run(files), (0, ""))

    def test_domain_uses_the_standard_library_only(self):
        self.assert_refused("domain/a.h", "#include <caf/all.hpp>", "may not use CAF")
        self.assert_refused("domain/a.h", "#include <fmt/format.h>", "standard library only")
        self.assert_refused("domain/a.cc", "#include <unistd.h>", "standard library only")
        self.assert_refused("domain/a.h", '#include "storage/journal/journal.h"', "may not depend on storage/")

    def test_text_uses_the_standard_library_only(self):
        self.assert_refused("text/a.cc", "#include <fmt/format.h>", "standard library only")
        self.assert_refused("text/a.cc", '#include "domain/amount.h"', "may not depend on domain/")
        self.assert_refused("domain/a.cc", '#include "text/visible.h"', "may not depend on text/")

    def test_domain_is_pure(self):
        self.assert_refused("domain/a.cc", "#include <random>", "no chance")
        self.assert_refused("domain/a.cc", "auto t = std::chrono::system_clock::now();", "no clock")

    def test_only_storage_names_rocksdb(self):
        for source in ("actors/a.cc", "server/a.cc", "clients/cpp/a.cc"):
            self.assert_refused(source, "#include <rocksdb/db.h>", "may not use RocksDB")

    def test_only_actors_and_server_name_caf(self):
        for source in ("storage/a.cc", "clients/cli/a.cc", "bench/a.cc"):
            self.assert_refused(source, "#include <caf/all.hpp>", "may not use CAF")

    def test_generated_types_stop_at_the_codec(self):
        line = '#include "florin/v1/account.pb.h"'
        self.assert_refused("actors/a.h", line, "may not use the generated contract")
        self.assert_refused("storage/journal/journal.h", line, "may not use the generated contract")
        self.assert_allowed({"storage/events/codec.cc": line + "\n"})

    def test_process_is_below_all_but_the_domain(self):
        files = {"process/a.h": "#include <unistd.h>\n"}
        for source in ("server/b.cc", "clients/cli/b.cc", "bench/b.cc"):
            self.assert_allowed(files | {source: '#include "process/a.h"\n'})
        self.assert_refused("process/a.cc", '#include "server/a.h"', "may not depend on server/")
        self.assert_refused("process/a.cc", "#include <grpcpp/grpcpp.h>", "may not use gRPC")
        self.assert_refused("domain/a.cc", '#include "process/a.h"', "may not depend on process/")

    def test_layers_do_not_look_up(self):
        self.assert_refused("storage/a.cc", '#include "actors/ledger.h"', "may not depend on actors/")
        self.assert_refused("actors/a.cc", '#include "server/a.h"', "may not depend on server/")
        self.assert_refused("clients/cpp/a.h", '#include "domain/amount.h"', "may not depend on domain/")
        self.assert_refused("server/a.cc", '#include "clients/cpp/client.h"', "may not depend on clients/")

    def test_actors_do_not_see_behind_the_journal(self):
        self.assert_refused("actors/a.cc", '#include "storage/rocksdb_journal.h"', "interface")

    def test_paths_are_written_from_the_top(self):
        self.assert_refused("server/a.cc", '#include "../domain/amount.h"', "from the top")
        self.assert_refused("server/a.cc", '#include "server/gone.h"', "no such file")

    def test_what_the_table_allows_passes(self):
        self.assert_allowed({
            "domain/amount.h": "#include <string>\n",
            "storage/journal/journal.h": '#include <rocksdb/db.h>\n#include "domain/amount.h"\n',
            "actors/a.cc": '#include <caf/all.hpp>\n#include "storage/journal/journal.h"\n',
            "tests/actors/a_test.cc": '#include <gtest/gtest.h>\n#include <rocksdb/db.h>\n',
            "clients/cpp/a.cc": '#include "florin/v1/account.pb.h"\n#include "text/visible.h"\n',
            "server/a.cc": '#include "text/visible.h"\n',
            "text/visible.h": "#include <string>\n",
        })  # fmt: skip


if __name__ == "__main__":
    unittest.main()
