#!/usr/bin/env python3
"""The layer check must catch what it is there for."""
import pathlib
import tempfile
import unittest

from check_layers import mistakes_in


def check(path, text, **others):
    """Mistakes of one file in an otherwise empty tree."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, content in {path: text, **others}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        return mistakes_in(root)[0]


class CheckLayers(unittest.TestCase):
    def test_lower_floor_own_room_and_standard_headers_are_fine(self):
        text = "#include <string>\n#include <unistd.h>\n" + '#include "surgsigma/schema/ids.h"\n#include "surgsigma/ingest/reader.h"\n'
        self.assertEqual(check("src/surgsigma/ingest/readers/a.cpp", text), [])

    def test_sideways_is_named_with_file_and_line(self):
        found = check("src/surgsigma/refine/a.cpp", '#include <map>\n#include "surgsigma/ingest/reader.h"\n')
        self.assertEqual(found, ["src/surgsigma/refine/a.cpp:2: surgsigma/ingest/reader.h: refine includes sideways into ingest"])

    def test_upward_is_caught_also_in_tests_and_with_blanks(self):
        self.assertEqual(len(check("src/surgsigma/store/a_test.cpp", '  #  include "surgsigma/pipeline/build.h"\n')), 1)

    def test_outside_library_belongs_to_its_room(self):
        self.assertEqual(check("src/surgsigma/store/a.cpp", "#include <duckdb.h>\n"), [])
        self.assertEqual(len(check("src/surgsigma/export/a.cpp", "#include <duckdb.h>\n")), 1)
        self.assertEqual(len(check("src/surgsigma/schema/a.h", "#include <nlohmann/json.hpp>\n")), 1)
        self.assertEqual(check("apps/surgsigma/a.h", "#include <CLI/CLI.hpp>\n#include <fmt/core.h>\n"), [])

    def test_unknown_library_must_be_entered_first(self):
        self.assertEqual(len(check("src/surgsigma/base/a.cpp", "#include <boost/any.hpp>\n")), 1)

    def test_test_library_stays_in_tests(self):
        self.assertEqual(check("src/surgsigma/base/a_test.cpp", "#include <gtest/gtest.h>\n"), [])
        self.assertEqual(len(check("src/surgsigma/base/a.cpp", "#include <gtest/gtest.h>\n")), 1)

    def test_header_for_tests_is_one_that_only_tests_include(self):
        header = {"src/surgsigma/base/world.h": "#include <gtest/gtest.h>\n"}
        use = '#include "surgsigma/base/world.h"\n'
        self.assertEqual(check("src/surgsigma/base/a_test.cpp", use, **header), [])
        self.assertEqual(len(check("src/surgsigma/base/a.cpp", use, **header)), 1)

    def test_new_room_needs_a_floor(self):
        self.assertEqual(len(check("src/surgsigma/attic/a.cpp", "#include <string>\n")), 1)

    def test_quoted_neighbour_must_exist(self):
        self.assertEqual(len(check("apps/surgsigma/a.cpp", '#include "b.h"\n')), 1)
        self.assertEqual(check("apps/surgsigma/a.cpp", '#include "b.h"\n', **{"apps/surgsigma/b.h": "#pragma once\n"}), [])


if __name__ == "__main__":
    unittest.main()
