#!/usr/bin/env bash
# The tests of the screen need Debian's Chromium and its driver. As root they are installed; else, and where
# that does not work, the tests are skipped with the reason.
command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit 0
packages="chromium chromium-driver fonts-wqy-microhei"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing $packages for the tests of the screen"
    export DEBIAN_FRONTEND=noninteractive
    timeout 600 sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages" \
        >/dev/null 2>&1 && exit 0
fi
echo "no Chromium: the tests of the screen are skipped (apt-get install $packages)" >&2
exit 0
