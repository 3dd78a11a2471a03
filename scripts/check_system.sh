#!/usr/bin/env bash
# Names what the system lacks and how to get it. Only Python and its venv are needed to go on.
python=${1:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv, or make PYTHON=/path/to/python3.12" >&2
    exit 1
}
"$python" -c 'import venv, ensurepip' 2>/dev/null || {
    echo "Python's venv module is needed: apt-get install python3-venv" >&2
    exit 1
}
command -v c++ >/dev/null || \
    echo "no C++ compiler: the language model cannot be built (apt-get install g++ cmake make)" >&2
command -v npm >/dev/null || \
    echo "no npm: Kokoro's voices cannot be fetched, English is spoken by Piper (apt-get install npm)" >&2
ldconfig -p 2>/dev/null | grep -q libportaudio || \
    echo "no PortAudio: WAV files work, a microphone does not (apt-get install libportaudio2)" >&2
exit 0
