@echo off
rem morning.cmd NAME: one run of params\NAME.yaml, and its digest as a mail where MAIL_SERVER has a value.
rem It ends with the exit code of the run, which Task Scheduler shows as the last result.
setlocal
set ACTIVATE=%USERPROFILE%\miniforge3\Scripts\activate.bat
set MAIL_SERVER=
set MAIL_FROM=opsdesk@example.com
set MAIL_TO=lead@example.com

cd /d "%~dp0..\.." || exit /b 1
call "%ACTIVATE%" opsdesk || exit /b 1
echo %DATE% %TIME% >> outputs\task.log
opsdesk run params/%1.yaml >> outputs\task.log 2>&1 || exit /b
if not defined MAIL_SERVER exit /b 0
python deploy\send_digest.py %MAIL_SERVER% %MAIL_FROM% %MAIL_TO% < outputs\%1\latest\digest.eml >> outputs\task.log 2>&1
