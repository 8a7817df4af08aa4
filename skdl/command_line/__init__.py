"""The command line: read a file, diagnose a network on it, report.

From the file to the answer, in this order: :mod:`~skdl.command_line.options` (what can be asked),
:mod:`~skdl.command_line.files` (kinds of file, down to text), :mod:`~skdl.command_line.dialect`
(how text is cut into cells), :mod:`~skdl.command_line.columns` (what a column is, with
:mod:`~skdl.command_line.numbers` and :mod:`~skdl.command_line.dates`),
:mod:`~skdl.command_line.table` (inputs and target), :mod:`~skdl.command_line.held_out` (the test
part), :mod:`~skdl.command_line.keep` (the model and a script, to go on with) and
:mod:`~skdl.command_line.run` (the diagnosis and its report).

Nothing is guessed silently: what is decided is said, and where two readings of a file would give
different answers, both are shown and the person decides.
"""
